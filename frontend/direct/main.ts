// The messenger: /chat/ with all threads, /chat/<name> with the business at once, ?c=<token> for a private link that continues a talk.
import '../tokens.css';
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
if ('serviceWorker' in navigator) addEventListener('load', () => void navigator.serviceWorker.register('/chat/worker.js').catch(() => {}));
