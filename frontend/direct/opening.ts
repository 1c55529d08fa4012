// Stands in the page itself, so that there is a place to write before any other script has come. What is sent here is
// kept and said to be waiting; the messenger takes it over, with what is in the field.
import '../tokens.css';
import './opening.css';
import { newId } from '../shared/ids.ts';
import { keepEarly } from './lib/early.ts';
import type { Info } from './lib/protocol.ts';

const SESSION = 'holdfast.direct';
const INFO_MS_MAX = 15_000;
const ROWS_PX_MAX = 192;

const opening = document.getElementById('opening') as HTMLElement;
const form = opening.querySelector('form') as HTMLFormElement;
const field = opening.querySelector('textarea') as HTMLTextAreaElement;
const lines = opening.querySelector('ol') as HTMLElement;
const name = decodeURIComponent(location.pathname.split('/')[2] ?? '');
const thread = `business:${name}`;
const isTouched = matchMedia('(pointer: coarse)').matches;

const opened = (window.holdfastOpened = { info: readInfo(), written: () => {}, inMemory: [] });
const place = placeNow();
opening.dataset['place'] = place;
if (place === 'thread') begin();

function placeNow(): string {
  const hash = decodeURIComponent(location.hash.replace(/^#\/?/u, ''));
  const isKnown = knows();
  if (isKnown) opening.dataset['known'] = '';
  // Nobody should begin to write as somebody else: a private link is followed first.
  if (/[?&]c=/u.test(location.search) || hash.startsWith('s=')) return 'empty';
  if (name && (hash === '' || hash === `t/${thread}`)) return 'thread';
  if (!isKnown) return 'empty';
  return hash.startsWith('t/') ? 'other' : 'list';
}

function knows(): boolean {
  try {
    const session = JSON.parse(localStorage.getItem(SESSION) ?? 'null') as { token?: string; me?: unknown } | null;
    return !!session?.token || !!session?.me;
  } catch {
    return false;
  }
}

// The name and the greeting are on their way while the scripts are.
function readInfo(): Promise<Info | null> {
  const query = name ? `?${new URLSearchParams({ channel: name })}` : '';
  return fetch(`/direct/v1/info${query}`, { credentials: 'omit', cache: 'no-store', signal: AbortSignal.timeout(INFO_MS_MAX) })
    .then((answer) => (answer.ok ? (answer.json() as Promise<Info>) : null))
    .catch(() => null);
}

function begin(): void {
  form.hidden = false;
  form.addEventListener('submit', sent);
  field.addEventListener('input', grown);
  field.addEventListener('compositionstart', () => (field.dataset['composing'] = 'true'));
  field.addEventListener('compositionend', () => delete field.dataset['composing']);
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || (isTouched && !event.ctrlKey)) return;
    event.preventDefault();
    form.requestSubmit();
  });
  if (!isTouched) field.focus({ preventScroll: true });
  void opened.info.then((info) => {
    const title = opening.querySelector('h1');
    if (title && info) title.textContent = info.business.name;
  });
}

function sent(event: SubmitEvent): void {
  event.preventDefault();
  const text = field.value.trim();
  if (!text) return;
  keepEarly({ id: newId(), thread, text, at: Date.now() });
  const line = document.createElement('li');
  line.dir = 'auto';
  line.textContent = text;
  lines.append(line);
  (opening.querySelector('.told') as HTMLElement).hidden = false;
  field.value = '';
  grown();
  opened.written();
}

function grown(): void {
  (form.querySelector('button') as HTMLButtonElement).disabled = field.value.trim() === '';
  field.style.height = 'auto';
  field.style.height = `${Math.min(field.scrollHeight + 2, ROWS_PX_MAX)}px`;
}
