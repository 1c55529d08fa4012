// The talk as people see it: head, notice, what was said, and the box to write in.
import { clockTime, fullTime } from '../shared/time.ts';
import { drawing, linked, make } from './elements.ts';
import type { Line, Talk } from './talk.ts';

const TEXT_MAX = 4_000;
const NEAR_END_PX = 80;

const STATES: Record<Line['state'], { word: string; meaning: string; path: string }> = {
  waiting: { word: 'Waiting', meaning: 'Not sent yet. It goes out by itself when you are connected.', path: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2Z M8 4.8V8l2.3 1.6' },
  safe: { word: 'Safe with us', meaning: 'It is stored with us and cannot be lost.', path: 'M3 8.6 6.4 12 13 4.4' },
  read: { word: 'Read', meaning: 'One of us has seen it.', path: 'M1.2 8.8 4.4 12l6-7 M7.4 11.6l.6.5 6.4-7.3' },
  refused: { word: 'Not possible', meaning: '', path: 'M3.6 3.6l8.8 8.8 M12.4 3.6l-8.8 8.8' },
  received: { word: '', meaning: '', path: '' },
};

export class Panel {
  readonly element: HTMLElement;
  readonly #talk: Talk;
  readonly #title = make('h2', { id: 'title' }, 'Chat');
  readonly #note = make('p', { class: 'notice', role: 'status', hidden: '' });
  readonly #offline = make('p', { class: 'offline', role: 'status', hidden: '' });
  readonly #greeting = make('p', { class: 'greeting' });
  readonly #lines = make('ol');
  readonly #log = make(
    'div',
    { class: 'log', role: 'log', 'aria-label': 'Messages', 'aria-live': 'polite', 'aria-relevant': 'additions', tabindex: '0' },
    this.#greeting,
    this.#lines,
  );
  readonly #field = make('textarea', { rows: '1', maxlength: String(TEXT_MAX), 'aria-label': 'Your message', placeholder: 'Write a message', dir: 'auto' });
  readonly #send = make('button', { class: 'send' }, 'Send');
  readonly #drawn = new Map<string, { line: string; element: HTMLElement }>();

  constructor(talk: Talk, closing: HTMLElement | null) {
    this.#talk = talk;
    const form = make('form', {}, this.#field, this.#send);
    form.addEventListener('submit', (event) => this.#submit(event));
    this.#field.addEventListener('keydown', (event) => this.#pressed(event));
    this.#field.addEventListener('input', () => this.#fit());
    const head = make('header', {}, this.#title, closing);
    this.element = make('div', { class: 'panel' }, head, this.#note, this.#log, this.#offline, form);
    this.draw();
  }

  focus(): void {
    this.#field.focus();
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  draw(): void {
    const info = this.#talk.info;
    this.#title.textContent = info?.business || 'Chat';
    this.#greeting.textContent = info?.greeting || 'Hello! Write to us here.';
    this.#drawNotice(info?.notice ?? null, info?.status_url ?? '');
    this.#drawConnection();
    this.#drawLines();
  }

  #drawConnection(): void {
    const isWaiting = this.#talk.lines.some((line) => line.state === 'waiting');
    const trouble = this.#talk.connected ? 'We cannot store messages just now.' : 'No connection.';
    const remedy = isWaiting ? 'What you wrote is kept here and goes out by itself.' : 'We keep trying.';
    const note = `${trouble} ${remedy}`;
    this.#offline.hidden = this.#talk.connected && !(this.#talk.stuck && isWaiting);
    if (this.#offline.textContent !== note) this.#offline.textContent = note;
  }

  // Drawn only when it changes, so that screen readers are told once.
  #drawNotice(notice: string | null, statusUrl: string): void {
    const key = `${notice ?? ''}|${statusUrl}`;
    if (this.#note.dataset['shown'] === key) return;
    this.#note.dataset['shown'] = key;
    this.#note.hidden = notice === null;
    const more = /^https?:/u.test(statusUrl) ? make('a', { href: statusUrl, target: '_blank', rel: 'noopener' }, 'Status') : null;
    this.#note.replaceChildren(notice ?? '', more ? ' ' : '', more ?? '');
  }

  #drawLines(): void {
    const atEnd = this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < NEAR_END_PX;
    const elements = this.#talk.lines.map((line) => this.#element(line));
    elements.forEach((element, index) => {
      if (this.#lines.children[index] !== element) this.#lines.insertBefore(element, this.#lines.children[index] ?? null);
    });
    while (this.#lines.children.length > elements.length) this.#lines.lastElementChild?.remove();
    if (atEnd) this.#log.scrollTop = this.#log.scrollHeight;
  }

  #element(line: Line): HTMLElement {
    const key = JSON.stringify(line);
    const drawn = this.#drawn.get(line.id);
    if (drawn?.line === key) return drawn.element;
    const element = drawn?.element ?? make('li');
    element.className = line.direction === 'in' ? 'mine' : 'theirs';
    element.dataset['state'] = line.state;
    element.replaceChildren(make('div', { class: 'bubble', dir: 'auto' }, ...linked(line.text)), facts(line));
    this.#drawn.set(line.id, { line: key, element });
    return element;
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault();
    const text = this.#field.value.trim();
    if (text === '' || !this.#talk.write(text)) return;
    this.#field.value = '';
    this.#fit();
    this.#log.scrollTop = this.#log.scrollHeight;
    this.#field.focus();
  }

  #pressed(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#send.click();
  }

  #fit(): void {
    this.#field.style.height = 'auto';
    this.#field.style.height = `${this.#field.scrollHeight + 2}px`;
  }
}

function facts(line: Line): HTMLElement {
  const state = STATES[line.state];
  const time = make('time', { datetime: new Date(line.at).toISOString(), title: fullTime(line.at) }, clockTime(line.at, Date.now()));
  if (line.direction === 'out') return make('div', { class: 'facts' }, line.author ? `${line.author} · ` : '', time);
  const word = make('span', { class: 'state', title: line.reason || state.meaning }, drawing(state.path), state.word);
  return make('div', { class: 'facts' }, time, word, line.reason ? ` ${line.reason}` : '');
}
