// What a service worker does with a notice of the hub: shows it, and opens what it speaks of. See docs/push.md.

/** What the hub sends; `path` is on the hub, or a whole address for posts of the public page. */
export interface Notice {
  tag: string;
  title: string;
  body: string;
  path: string;
  count: number;
  at: number;
}

interface Client {
  readonly url: string;
  readonly focused?: boolean;
  readonly visibilityState?: string;
  focus?(): Promise<unknown>;
  postMessage(message: unknown): void;
}

interface Waiting {
  waitUntil(work: Promise<unknown>): void;
}

/** As much of a service worker's scope as is needed here. */
export interface PushScope {
  readonly location: { readonly origin: string };
  readonly registration: {
    showNotification(title: string, options: NotificationOptions & { renotify?: boolean; timestamp?: number }): Promise<void>;
  };
  readonly clients: {
    matchAll(options: { type: 'window'; includeUncontrolled: boolean }): Promise<readonly Client[]>;
    openWindow(url: string): Promise<unknown>;
  };
  addEventListener(type: string, listener: (event: never) => void): void;
}

const WITHOUT_WORDS: Notice = { tag: 'news', title: 'New message', body: '', path: '/chat/', count: 1, at: 0 };

/** Let the worker show notices; `icon` is the address of a picture of ours. */
export function showNotices(scope: PushScope, icon: string): void {
  scope.addEventListener('push', (event: Waiting & { data: { text(): string } | null }) => {
    event.waitUntil(show(scope, noticeOf(event.data?.text() ?? ''), icon));
  });
  scope.addEventListener('notificationclick', (event: Waiting & { notification: Notification }) => {
    event.notification.close();
    event.waitUntil(open(scope, String((event.notification.data as Notice | undefined)?.path ?? '')));
  });
}

/** A notice that cannot be read still says that there is something: a browser wants one shown for each push. */
export function noticeOf(text: string): Notice {
  try {
    const found = JSON.parse(text) as Partial<Notice> | null;
    return found && typeof found.title === 'string' ? { ...WITHOUT_WORDS, ...found } : WITHOUT_WORDS;
  } catch {
    return WITHOUT_WORDS;
  }
}

/** Where a click leads: an address of the web, or the chat. */
export function placeOf(path: string, origin: string): string {
  try {
    const url = new URL(path, origin);
    return url.protocol === 'https:' || url.origin === origin ? url.href : `${origin}/chat/`;
  } catch {
    return `${origin}/chat/`;
  }
}

async function show(scope: PushScope, notice: Notice, icon: string): Promise<void> {
  const clients = await windows(scope);
  // Whoever looks at the page sees the message there.
  if (clients.some((client) => client.focused && client.visibilityState === 'visible')) return;
  const more = notice.count > 1 ? `${notice.count} new: ` : '';
  await scope.registration.showNotification(notice.title, {
    body: more + notice.body,
    tag: notice.tag,
    renotify: true,
    icon,
    badge: icon,
    timestamp: notice.at,
    data: notice,
  });
}

async function open(scope: PushScope, path: string): Promise<void> {
  const place = placeOf(path, scope.location.origin);
  const ours = (await windows(scope)).find((client) => new URL(client.url).pathname.startsWith('/chat/'));
  if (ours?.focus && new URL(place).pathname.startsWith('/chat/')) {
    ours.postMessage({ type: 'open', path: place });
    await ours.focus();
  } else {
    await scope.clients.openWindow(place);
  }
}

function windows(scope: PushScope): Promise<readonly Client[]> {
  return scope.clients.matchAll({ type: 'window', includeUncontrolled: true });
}

/** For a page: ask the browser's push service for an address; `key` is `push_key` of the hub's info. */
export async function subscribe(registration: ServiceWorkerRegistration, key: string): Promise<PushSubscriptionJSON> {
  const known = await registration.pushManager.getSubscription();
  const made = known ?? (await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
  return made.toJSON();
}
