// The chat as a page of its own: /chat/<name>, and ?c=<token> for a private link that continues a talk.
import '../tokens.css';
import './page.css';
import { Direct } from './direct.ts';
import { dress } from './dress.ts';
import { make } from './elements.ts';
import { Keep } from './keep.ts';
import { Panel } from './panel.ts';
import { Talk } from './talk.ts';
import { speaker } from './words.ts';

function open(host: HTMLElement): void {
  const channel = decodeURIComponent(location.pathname.split('/')[2] ?? 'web');
  const continueToken = new URLSearchParams(location.search).get('c');
  const talk = new Talk(new Direct('', channel), new Keep(`holdfast.direct.${channel}`), continueToken);
  const panel = new Panel(talk, speaker({}), null);
  dress(host, { accent: '', corner: 'right', theme: 'auto' }).append(make('div', { class: 'page' }, panel.element));
  talk.onChange = () => {
    panel.draw();
    // The token is for this person alone; it must not stay where a shared screen or a history shows it.
    if (continueToken && !talk.isContinuing) history.replaceState(null, '', location.pathname);
    if (talk.info) document.title = talk.info.business.name;
  };
  document.addEventListener('visibilitychange', () => talk.attend(!document.hidden));
  talk.attend(!document.hidden);
  void talk.start();
  panel.focus();
}

const host = document.getElementById('page');
if (host) open(host);
