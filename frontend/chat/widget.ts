// The chat for any page: <script src="https://hub.example/widget.js" data-channel="web" async></script>
// What data-… attributes say goes before what the business has set. See docs/widget.md.
import { Direct, type Look } from './direct.ts';
import { dress, redress } from './dress.ts';
import { drawing, make } from './elements.ts';
import { Keep } from './keep.ts';
import { Panel } from './panel.ts';
import { chime } from './sound.ts';
import { Talk } from './talk.ts';
import { speaker } from './words.ts';

const NARROW = '(max-width: 480px)';
const SPEECH = 'M2 3h12v8H7l-3 3v-3H2Z';
const CROSS = 'M3.6 3.6l8.8 8.8 M12.4 3.6l-8.8 8.8';

function place(script: HTMLScriptElement): void {
  const given = script.dataset;
  const channel = given['channel'] ?? 'web';
  const say = speaker(given);
  const key = `holdfast.direct.${channel}`;
  const talk = new Talk(new Direct(new URL(script.src).origin, channel), new Keep(key), null);
  const host = make('holdfast-chat' as 'div', given['lang'] ? { lang: given['lang'] } : {});
  const close = make('button', { class: 'close', type: 'button', 'aria-label': say('close') }, drawing(CROSS));
  const panel = new Panel(talk, say, close);
  const dialog = make('dialog', { 'aria-labelledby': 'title' }, panel.element);
  const badge = make('span', { class: 'badge', hidden: '' });
  const label = make('span', { class: 'label', hidden: '' });
  const launcher = make('button', { class: 'launcher', type: 'button', 'aria-haspopup': 'dialog', 'aria-expanded': 'false' }, drawing(SPEECH), label, badge);
  const root = dress(host, look());
  let dressed = JSON.stringify(look());

  function look(): Look {
    const set = talk.info?.look;
    return {
      accent: given['accent'] ?? set?.accent ?? '',
      corner: (given['corner'] ?? set?.corner) === 'left' ? 'left' : 'right',
      theme: oneOf(given['theme'] ?? set?.theme, ['light', 'dark']) ?? 'auto',
      label: given['label'] ?? set?.label ?? '',
      sound: given['sound'] ? given['sound'] === 'on' : (set?.sound ?? false),
    };
  }

  function draw(): void {
    const wanted = look();
    if (JSON.stringify(wanted) !== dressed) {
      dressed = JSON.stringify(wanted);
      redress(root, wanted);
    }
    panel.draw();
    const unseen = dialog.open ? 0 : talk.unseen;
    badge.hidden = unseen === 0;
    badge.textContent = unseen > 99 ? '99+' : String(unseen);
    label.hidden = wanted.label === '';
    label.textContent = wanted.label;
    const name = say('open', { name: talk.info?.business.name ?? '' }).trim();
    launcher.setAttribute('aria-label', [wanted.label, name, unseen > 0 ? say('unread', { count: String(unseen) }) : ''].filter(Boolean).join(', '));
  }

  function open(byPerson: boolean): void {
    // On a narrow screen the chat is the whole page, so nothing behind it may take the focus.
    if (matchMedia(NARROW).matches) dialog.showModal();
    else dialog.show();
    launcher.setAttribute('aria-expanded', 'true');
    remember(key, true);
    talk.attend(!document.hidden);
    draw();
    if (byPerson) panel.focus();
  }

  launcher.addEventListener('click', () => (dialog.open ? dialog.close() : open(true)));
  close.addEventListener('click', () => dialog.close());
  dialog.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') dialog.close();
  });
  dialog.addEventListener('close', () => {
    launcher.setAttribute('aria-expanded', 'false');
    remember(key, false);
    talk.attend(false);
    launcher.focus();
    draw();
  });
  document.addEventListener('visibilitychange', () => talk.attend(dialog.open && !document.hidden));
  talk.onChange = draw;
  talk.onNews = () => {
    if (look().sound && (document.hidden || !dialog.open)) chime();
  };
  root.append(launcher, dialog);
  document.body.append(host);
  draw();
  void talk.start();
  // A talk goes on over the pages of a site; on a narrow screen it would cover the page that was asked for.
  if (wasOpen(key) && !matchMedia(NARROW).matches) open(false);
}

function oneOf<Name extends string>(text: string | undefined, names: readonly Name[]): Name | undefined {
  return names.find((name) => name === text);
}

function remember(key: string, isOpen: boolean): void {
  try {
    sessionStorage.setItem(`${key}.open`, isOpen ? '1' : '');
  } catch {
    // Blocked: the chat is closed on the next page.
  }
}

function wasOpen(key: string): boolean {
  try {
    return sessionStorage.getItem(`${key}.open`) === '1';
  } catch {
    return false;
  }
}

const script = document.currentScript;
if (script instanceof HTMLScriptElement) {
  if (document.body) place(script);
  else document.addEventListener('DOMContentLoaded', () => place(script), { once: true });
}
