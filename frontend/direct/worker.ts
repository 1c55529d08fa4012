import { type PushScope, showNotices } from '../shared/push.ts';

// Opens the messenger without a network. It keeps the files of one version of the page and nothing else: what the hub
// answers is never kept here, and a page that can be reached is always the newest.
/** Filled in when the pages are built: everything that the page is made of, and a name for just that. */
declare const SHELL: string[];
declare const SHELL_NAME: string;

// The part of a worker's world that is used here; the compiler knows the world of pages only.
interface Lasting extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Asking extends Lasting {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Worker {
  location: Location;
  clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', listener: (event: Lasting) => void): void;
  addEventListener(type: 'fetch', listener: (event: Asking) => void): void;
}
const worker = self as unknown as Worker;

const PREFIX = 'holdfast.chat.';
const HOME = '/chat/';
const ASSETS = '/chat/assets/';
/** On a line so slow that the page itself takes longer, the kept one is shown. */
const PAGE_MS_MAX = 3_000;

worker.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(PREFIX + SHELL_NAME)
      .then((cache) => cache.addAll(SHELL.map((path) => new Request(path, { cache: path.startsWith(ASSETS) ? 'default' : 'reload' }))))
      .then(() => worker.skipWaiting()),
  );
});

worker.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== PREFIX + SHELL_NAME).slice(0, -1).map((name) => caches.delete(name))))
      .then(() => worker.clients.claim()),
  );
});

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== worker.location.origin || !url.pathname.startsWith(HOME)) return;
  if (request.mode === 'navigate') event.respondWith(page(request));
  else if (SHELL.includes(url.pathname) || url.pathname.startsWith(ASSETS)) event.respondWith(file(request));
});

showNotices(self as unknown as PushScope, '/chat/icon-192.png');

// The page comes from the hub while that answers in time; a page that the hub refuses is refused.
async function page(request: Request): Promise<Response> {
  const kept = await caches.match(HOME);
  if (!kept) return fetch(request);
  const patience = new Promise<null>((resolve) => setTimeout(resolve, PAGE_MS_MAX, null));
  const answer = await Promise.race([fetch(request).catch(() => null), patience]);
  return answer && answer.status < 500 ? answer : kept;
}

// The names of files change with what is in them, so a kept one is the right one.
async function file(request: Request): Promise<Response> {
  return (await caches.match(request, { ignoreSearch: true })) ?? fetch(request);
}
