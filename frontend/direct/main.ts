// The messenger: /chat/ with all threads, /chat/<name> with the business at once, ?c=<token> for a private link that continues a talk.
import '../shared/look.css';
import './look.css';
import { mount } from 'svelte';
import App from './App.svelte';

// The parts of an older version are gone from the hub after an update: the page is opened anew, once.
addEventListener('vite:preloadError', (event) => {
  event.preventDefault();
  location.reload();
});

const target = document.getElementById('page');
if (target) mount(App, { target });
if ('serviceWorker' in navigator) {
  addEventListener('load', () => void navigator.serviceWorker.register('/chat/worker.js').catch(() => {}));
  // Somebody opened a notice, and this is the page that is there already.
  navigator.serviceWorker.addEventListener('message', (event: MessageEvent<{ type?: string; path?: string }>) => {
    const place = event.data.type === 'open' ? new URL(event.data.path ?? '', location.href) : null;
    if (place?.origin === location.origin && place.pathname.startsWith('/chat/')) location.assign(place);
  });
}
