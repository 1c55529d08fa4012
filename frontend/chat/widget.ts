// The chat for any page: <script src="https://hub.example/widget.js" data-channel="web" async></script>
// data-accent="#7a1f5c" takes the business's own colour.
import { Direct } from './direct.ts';
import { dress } from './dress.ts';
import { drawing, make } from './elements.ts';
import { Keep } from './keep.ts';
import { Panel } from './panel.ts';
import { Talk } from './talk.ts';

const NARROW = '(max-width: 480px)';
const SPEECH = 'M2 3h12v8H7l-3 3v-3H2Z';
const CROSS = 'M3.6 3.6l8.8 8.8 M12.4 3.6l-8.8 8.8';

function place(script: HTMLScriptElement): void {
  const channel = script.dataset['channel'] ?? 'web';
  const origin = new URL(script.src).origin;
  const talk = new Talk(new Direct(origin, channel), new Keep(`holdfast.direct.${channel}`), null);
  const host = make('holdfast-chat' as 'div');
  const close = make('button', { class: 'close', type: 'button', 'aria-label': 'Close the chat' }, drawing(CROSS));
  const panel = new Panel(talk, close);
  const dialog = make('dialog', { 'aria-labelledby': 'title' }, panel.element);
  const badge = make('span', { class: 'badge', hidden: '' });
  const launcher = make('button', { class: 'launcher', type: 'button', 'aria-haspopup': 'dialog', 'aria-expanded': 'false' }, drawing(SPEECH), badge);

  function draw(): void {
    panel.draw();
    const unseen = dialog.open ? 0 : talk.unseen;
    badge.hidden = unseen === 0;
    badge.textContent = String(unseen);
    const name = talk.info?.business ? `Chat with ${talk.info.business}` : 'Chat with us';
    launcher.setAttribute('aria-label', unseen > 0 ? `${name}, ${unseen} new` : name);
  }

  function open(): void {
    // On a narrow screen the chat is the whole page, so nothing behind it may take the focus.
    if (matchMedia(NARROW).matches) dialog.showModal();
    else dialog.show();
    launcher.setAttribute('aria-expanded', 'true');
    talk.attend(!document.hidden);
    draw();
    panel.focus();
  }

  launcher.addEventListener('click', () => (dialog.open ? dialog.close() : open()));
  close.addEventListener('click', () => dialog.close());
  dialog.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') dialog.close();
  });
  dialog.addEventListener('close', () => {
    launcher.setAttribute('aria-expanded', 'false');
    talk.attend(false);
    launcher.focus();
    draw();
  });
  document.addEventListener('visibilitychange', () => talk.attend(dialog.open && !document.hidden));
  talk.onChange = draw;
  dress(host, script.dataset['accent'] ?? '').append(launcher, dialog);
  document.body.append(host);
  draw();
  void talk.start();
}

const script = document.currentScript;
if (script instanceof HTMLScriptElement) {
  if (document.body) place(script);
  else document.addEventListener('DOMContentLoaded', () => place(script), { once: true });
}
