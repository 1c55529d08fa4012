import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Notice, noticeOf, placeOf, type PushScope, showNotices } from '../shared/push.ts';

const ORIGIN = 'https://hub.example';
const NOTICE: Notice = { tag: 'thr_1', title: 'Ann', body: 'Hello', path: '/chat/?thread=thr_1', count: 1, at: 1 };

interface Page {
  url: string;
  focused: boolean;
  visibilityState: string;
  messages: unknown[];
}

class Worker {
  readonly shown: [string, NotificationOptions][] = [];
  readonly opened: string[] = [];
  readonly pages: Page[] = [];
  readonly #listeners = new Map<string, (event: never) => void>();
  readonly scope: PushScope = {
    location: { origin: ORIGIN },
    registration: { showNotification: async (title, options) => void this.shown.push([title, options]) },
    clients: {
      matchAll: async () =>
        this.pages.map((page) => ({ ...page, focus: async () => {}, postMessage: (message) => void page.messages.push(message) })),
      openWindow: async (url) => void this.opened.push(url),
    },
    addEventListener: (type, listener) => void this.#listeners.set(type, listener),
  };

  async fire(type: string, event: object): Promise<void> {
    const work: Promise<unknown>[] = [];
    this.#listeners.get(type)?.({ ...event, waitUntil: (each: Promise<unknown>) => work.push(each) } as never);
    await Promise.all(work);
  }
}

function worker(...pages: Omit<Page, 'messages'>[]): Worker {
  const made = new Worker();
  made.pages.push(...pages.map((page) => ({ ...page, messages: [] })));
  showNotices(made.scope, '/chat/icon.png');
  return made;
}

const push = (text: string) => ({ data: { text: () => text } });
const click = (data: unknown) => ({ notification: { data, close: () => {} } });

test('a notice is shown, the newer one of a thread in place of the older', async () => {
  const made = worker();
  await made.fire('push', push(JSON.stringify({ ...NOTICE, count: 3 })));
  assert.equal(made.shown[0]?.[0], 'Ann');
  assert.equal(made.shown[0]?.[1].body, '3 new: Hello');
  assert.equal(made.shown[0]?.[1].tag, 'thr_1');
});

test('whoever has the page in front is not told beside it', async () => {
  const made = worker({ url: `${ORIGIN}/chat/`, focused: true, visibilityState: 'visible' });
  await made.fire('push', push(JSON.stringify(NOTICE)));
  assert.deepEqual(made.shown, []);
});

test('what cannot be read still says that there is something', () => {
  for (const text of ['', 'x', 'null', '[]', '{"title": 1}']) assert.equal(noticeOf(text).title, 'New message', text);
});

test('a click goes to the page that is open, or opens one', async () => {
  const open = worker({ url: `${ORIGIN}/chat/web`, focused: false, visibilityState: 'hidden' });
  await open.fire('notificationclick', click(NOTICE));
  assert.deepEqual(open.pages[0]?.messages, [{ type: 'open', path: `${ORIGIN}/chat/?thread=thr_1` }]);
  const closed = worker();
  await closed.fire('notificationclick', click(NOTICE));
  assert.deepEqual(closed.opened, [`${ORIGIN}/chat/?thread=thr_1`]);
});

test('a click leads to the web and nowhere else', () => {
  assert.equal(placeOf('https://status.example/posts/1', ORIGIN), 'https://status.example/posts/1');
  for (const path of ['javascript:alert(1)', 'http://evil.example/', 'data:text/html,x', 'https://']) {
    assert.equal(placeOf(path, ORIGIN), `${ORIGIN}/chat/`, path);
  }
});
