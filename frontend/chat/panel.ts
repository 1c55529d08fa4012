// The talk as people see it: head, notice, what is asked, what was said, and the box to write in.
import { clockTime, fullTime } from '../shared/time.ts';
import { Ask } from './ask.ts';
import type { Answers, Attachment } from './direct.ts';
import { drawing, linked, make, submits } from './elements.ts';
import { Elsewhere } from './elsewhere.ts';
import type { Line, Spoken } from './talk.ts';
import type { Say, Word } from './words.ts';

const TEXT_MAX = 4_000;
const NEAR_END_PX = 80;

const STATES: Record<Line['state'], { word: Word | ''; path: string }> = {
  waiting: { word: 'waiting', path: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2Z M8 4.8V8l2.3 1.6' },
  safe: { word: 'safe', path: 'M3 8.6 6.4 12 13 4.4' },
  read: { word: 'read', path: 'M1.2 8.8 4.4 12l6-7 M7.4 11.6l.6.5 6.4-7.3' },
  refused: { word: 'refused', path: 'M3.6 3.6l8.8 8.8 M12.4 3.6l-8.8 8.8' },
  received: { word: '', path: '' },
};

export class Panel {
  readonly element: HTMLElement;
  readonly #talk: Spoken;
  readonly #say: Say;
  readonly #picture = make('canvas', { class: 'picture', width: '72', height: '72', hidden: '', 'aria-hidden': 'true' });
  #pictured = '';
  readonly #title: HTMLElement;
  readonly #hours = make('p', { class: 'hours' });
  readonly #note = make('p', { class: 'notice', role: 'status', hidden: '' });
  readonly #offline = make('p', { class: 'offline', role: 'status', hidden: '' });
  readonly #greeting = make('p', { class: 'greeting', dir: 'auto' });
  readonly #lines = make('ol');
  readonly #typing: HTMLElement;
  readonly #log: HTMLElement;
  readonly #field: HTMLTextAreaElement;
  readonly #send: HTMLButtonElement;
  readonly #form: HTMLElement;
  readonly #ask: Ask;
  readonly #elsewhere: Elsewhere;
  readonly #goOn: HTMLButtonElement;
  readonly #drawn = new Map<string, { line: string; element: HTMLElement }>();

  constructor(talk: Spoken, say: Say, closing: HTMLElement | null) {
    this.#talk = talk;
    this.#say = say;
    this.#title = make('h2', { id: 'title' }, say('title'));
    this.#typing = make('p', { class: 'typing', 'aria-live': 'polite' });
    this.#log = make(
      'div',
      { class: 'log', role: 'log', 'aria-label': say('messages'), 'aria-live': 'polite', 'aria-relevant': 'additions', tabindex: '0' },
      this.#greeting,
      this.#lines,
      this.#typing,
    );
    this.#field = make('textarea', { rows: '1', maxlength: String(TEXT_MAX), 'aria-label': say('message'), placeholder: say('placeholder'), dir: 'auto' });
    this.#send = make('button', { class: 'send' }, say('send'));
    this.#form = make('div', { class: 'write' }, this.#field, this.#send);
    submits(this.#form, this.#send, () => this.#submit());
    this.#field.addEventListener('keydown', (event) => this.#pressed(event));
    this.#field.addEventListener('input', () => this.#fit());
    this.#ask = new Ask(say, (answers) => void this.#told(answers));
    this.#elsewhere = new Elsewhere(talk, say, () => {
      this.draw();
      this.focus();
    });
    this.#goOn = make('button', { type: 'button', class: 'go-on', hidden: '' }, say('elsewhere'));
    this.#goOn.addEventListener('click', () => {
      this.#elsewhere.open();
      this.draw();
    });
    const head = make('header', {}, this.#picture, make('div', { class: 'titles' }, this.#title, this.#hours), closing);
    const body = make('div', { class: 'body' }, this.#log, this.#ask.element, this.#elsewhere.element);
    this.element = make('div', { class: 'panel' }, head, this.#note, body, this.#offline, this.#form, this.#goOn);
    this.draw();
  }

  focus(): void {
    if (this.#elsewhere.isOpen) return;
    if (this.#talk.isAsking) this.#ask.focus();
    else this.#field.focus();
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  draw(): void {
    const info = this.#talk.info;
    const isAsking = this.#talk.isAsking && !this.#elsewhere.isOpen;
    this.#title.textContent = info?.business.name || this.#say('title');
    void this.#drawPicture(info?.business.picture ?? '');
    this.#hours.textContent = info?.open.text ?? '';
    this.#hours.hidden = !info?.open.text;
    this.#greeting.textContent = info?.greeting || this.#say('greeting');
    this.#ask.element.hidden = !isAsking;
    if (info && isAsking) this.#ask.draw(info, this.#talk.refusal);
    this.#form.hidden = isAsking || this.#elsewhere.isOpen;
    this.#log.hidden = this.#elsewhere.isOpen;
    this.#goOn.hidden = this.#form.hidden || !info?.sign_in.includes('email') || this.#talk.lines.length === 0;
    this.#typing.textContent = this.#talk.isTyping ? this.#say('typing') : '';
    this.#drawNotice(info?.notice ?? null, info?.status_url ?? '');
    this.#drawConnection();
    this.#drawLines();
  }

  /** Fetched and drawn, for a site's policy may let no pictures of ours through, and would complain of one. */
  async #drawPicture(path: string): Promise<void> {
    if (path === this.#pictured) return;
    this.#pictured = path;
    this.#picture.hidden = true;
    if (!path.startsWith('/')) return;
    try {
      const answer = await fetch(this.#talk.direct.origin + path);
      const bitmap = await createImageBitmap(await answer.blob());
      const { width, height } = this.#picture;
      const side = Math.min(bitmap.width, bitmap.height);
      const [left, top] = [(bitmap.width - side) / 2, (bitmap.height - side) / 2];
      this.#picture.getContext('2d')?.drawImage(bitmap, left, top, side, side, 0, 0, width, height);
      this.#picture.hidden = false;
    } catch {
      // Without a connection, or with a picture that cannot be read, the name stands alone.
    }
  }

  async #told(answers: Answers): Promise<void> {
    const isStored = await this.#talk.tell(answers);
    const info = this.#talk.info;
    const email = info?.questions.find((question) => question.kind === 'email');
    const address = answers.answers.find((answer) => answer.id === email?.id)?.value ?? '';
    // Only an address that is shown to be theirs may be used; without that nothing is lost but this.
    if (isStored && answers.consent && address && info?.sign_in.includes('email')) this.#elsewhere.open(address);
    this.draw();
    this.focus();
  }

  #drawConnection(): void {
    const isWaiting = this.#talk.lines.some((line) => line.state === 'waiting');
    const trouble = this.#say(this.#talk.connected ? 'stuck' : 'offline');
    const note = `${trouble} ${this.#say(isWaiting ? 'kept' : 'trying')}`;
    this.#offline.hidden = this.#talk.connected && !(this.#talk.stuck && isWaiting);
    if (this.#offline.textContent !== note) this.#offline.textContent = note;
  }

  // Drawn only when it changes, so that screen readers are told once.
  #drawNotice(notice: string | null, statusUrl: string): void {
    const key = `${notice ?? ''}|${statusUrl}`;
    if (this.#note.dataset['shown'] === key) return;
    this.#note.dataset['shown'] = key;
    this.#note.hidden = notice === null;
    const more = /^https?:/u.test(statusUrl) ? make('a', { href: statusUrl, target: '_blank', rel: 'noopener' }, this.#say('status')) : null;
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
    element.className = line.isMine ? 'mine' : 'theirs';
    element.dataset['state'] = line.state;
    const said = line.text ? make('div', { class: 'bubble', dir: 'auto' }, ...linked(line.text)) : '';
    element.replaceChildren(said, ...line.attachments.map((each) => this.#attached(each)), this.#facts(line));
    this.#drawn.set(line.id, { line: key, element });
    return element;
  }

  // A site's policy may forbid our pictures: then the name is there to open it.
  #attached(file: Attachment): HTMLElement {
    const { origin } = this.#talk.direct;
    const link = make('a', { class: 'file', href: origin + file.url, target: '_blank', rel: 'noopener' }, file.name || file.kind);
    if (file.kind !== 'picture') return link;
    const picture = make('img', { src: origin + (file.thumb || file.url), alt: file.name, loading: 'lazy' });
    picture.addEventListener('error', () => link.replaceChildren(file.name || file.kind), { once: true });
    link.replaceChildren(picture);
    return link;
  }

  #facts(line: Line): HTMLElement {
    const { word, path } = STATES[line.state];
    const meaning = line.reason || (word && word !== 'refused' ? this.#say(`${word as 'safe'}-why`) : '');
    const state = word ? make('span', { class: 'state', title: meaning }, drawing(path), this.#say(word)) : null;
    const time = make('time', { datetime: new Date(line.at).toISOString(), title: fullTime(line.at) }, clockTime(line.at, Date.now()));
    const reason = line.state === 'refused' && line.reason ? make('span', {}, line.reason) : null;
    return make('div', { class: 'facts' }, line.isMine ? null : line.author || null, time, state, reason);
  }

  #submit(): void {
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
