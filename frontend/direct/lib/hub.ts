// Calls of the hub. Every one ends as an answer or as a Refusal that says whether it may work later.
import type { Attachment, Card, Change, Device, Info, Me, Message, Passkey, PushSettings, PushState, Settings, Thread } from './protocol.ts';

const BASE = '/direct/v1';
const CALL_MS_MAX = 15_000;
const UPLOAD_MS_MAX = 10 * 60_000;
export const POLL_SECONDS = 25;
const UNEXPECTED = 'The hub did not answer as it should.';

/** `status` 0 means that no answer came. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly field: string;
  readonly retryAfterMs: number;

  constructor(status: number, message: string, code = '', field = '', retryAfterMs = 0) {
    super(message);
    this.status = status;
    this.code = code;
    this.field = field;
    this.retryAfterMs = retryAfterMs;
  }

  /** Whether the same call may work later. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

/** A problem as a sentence for people. */
export function inWords(problem: unknown): string {
  if (problem instanceof Refusal && problem.status === 0) return 'There is no connection. Please try again when there is.';
  return problem instanceof Error && problem.message ? problem.message : UNEXPECTED;
}

export interface SignedIn {
  member: Me;
  token: string;
  is_new?: boolean;
  continued?: boolean;
}

export interface Wanted {
  id: string;
  text: string;
  reply_to: string | null;
  attachments: string[];
}

interface Page<Name extends string> {
  before: string | number | null;
  cursor?: string;
  items?: Name;
}

export type ThreadPage = Page<'threads'> & { threads: Thread[]; cursor: string };
export type MessagePage = Page<'messages'> & { messages: Message[]; history?: string };
export type ProfileChange = Partial<{ name: string; handle: string; about: string; picture: string; settings: Partial<Settings> }>;
export type ThreadChange = Partial<{ title: string; picture: string; pinned: boolean; muted_until: number; draft: string }>;

export class Hub {
  token = '';

  info = (channel: string) => this.#call<Info>('GET', `/info${query({ channel })}`);
  becomeGuest = (name: string, link: string | null, channel: string) =>
    this.#call<SignedIn>('POST', `/guests${query({ channel })}`, link ? { name, continue: link } : { name });
  sendCode = (email: string) => this.#call<{ login: string }>('POST', '/codes', { email });
  enter = (with_: { login: string; code: string } | { link: string } | { passkey: unknown }) =>
    this.#call<SignedIn>('POST', '/sessions', with_);
  passkeyOptions = () => this.#call<Record<string, unknown>>('POST', '/passkeys/options', {});

  me = () => this.#call<Me>('GET', '/me');
  changeMe = (change: ProfileChange) => this.#call<Me>('PATCH', '/me', change);
  exportMe = () => this.#call<unknown>('GET', '/me/export');
  deleteMe = () => this.#call<void>('DELETE', '/me');
  devices = () => this.#call<{ sessions: Device[] }>('GET', '/sessions');
  endDevice = (id: string) => this.#call<void>('DELETE', `/sessions/${part(id)}`);
  passkeys = () => this.#call<{ passkeys: Passkey[] }>('GET', '/passkeys');
  newPasskey = () => this.#call<Record<string, unknown>>('POST', '/passkeys/new', {});
  addPasskey = (credential: unknown, name: string) => this.#call<unknown>('POST', '/passkeys', { credential, name });
  dropPasskey = (id: string) => this.#call<void>('DELETE', `/passkeys/${part(id)}`);
  claim = (channel: string, value: string) => this.#call<{ id: string }>('POST', '/me/addresses', { channel, value });
  askForEmail = (email: string) => this.#call<{ id: string }>('POST', '/me/email', { email });
  proveEmail = (id: string, code: string) => this.#call<Me>('POST', `/me/email/${part(id)}`, { code });
  proveClaim = (id: string, code: string) => this.#call<Thread>('POST', `/me/addresses/${part(id)}`, { code });

  find = (handle: string) => this.#call<{ members: Card[] }>('GET', `/members${query({ handle })}`);
  blocks = () => this.#call<{ members: Card[] }>('GET', '/blocks');
  block = (id: string) => this.#call<void>('PUT', `/blocks/${part(id)}`);
  unblock = (id: string) => this.#call<void>('DELETE', `/blocks/${part(id)}`);
  report = (report: { member: string; message?: string; thread: string; reason: string; text: string }) =>
    this.#call<void>('POST', '/reports', report);

  threads = (before: string | number | null) => this.#call<ThreadPage>('GET', `/threads${query({ before })}`);
  thread = (id: string) => this.#call<Thread>('GET', `/threads/${part(id)}`);
  openPair = (member: string) => this.#call<Thread>('POST', '/threads', { kind: 'pair', member });
  openGroup = (title: string, members: string[]) => this.#call<Thread>('POST', '/threads', { kind: 'group', title, members });
  changeThread = (id: string, change: ThreadChange) => this.#call<Thread>('PATCH', `/threads/${part(id)}`, change);
  accept = (id: string) => this.#call<Thread>('POST', `/threads/${part(id)}/accept`, {});
  decline = (id: string) => this.#call<void>('POST', `/threads/${part(id)}/decline`, {});
  addMember = (id: string, member: string) => this.#call<Thread>('PUT', `/threads/${part(id)}/members/${part(member)}`);
  removeMember = (id: string, member: string) => this.#call<void>('DELETE', `/threads/${part(id)}/members/${part(member)}`);
  history = (id: string, before: string | number | null, limit: number) =>
    this.#call<MessagePage>('GET', `/threads/${part(id)}/messages${query({ before, limit })}`);
  search = (q: string, thread: string) => this.#call<{ messages: Message[] }>('GET', `/search${query({ q, thread })}`);
  changes = (after: string, signal: AbortSignal) =>
    this.#call<{ changes: Change[]; cursor: string; more: boolean }>(
      'GET',
      `/changes${query({ after, wait: POLL_SECONDS })}`,
      undefined,
      AbortSignal.any([signal, AbortSignal.timeout(CALL_MS_MAX + POLL_SECONDS * 1_000)]),
    );

  send = (thread: string, wanted: Wanted) =>
    this.#call<{ id: string; at: number; state: string }>('POST', `/threads/${part(thread)}/messages`, wanted);
  edit = (message: string, text: string) => this.#call<unknown>('PATCH', `/messages/${part(message)}`, { text });
  unsend = (message: string) => this.#call<unknown>('DELETE', `/messages/${part(message)}`);
  react = (message: string, emoji: string) => this.#call<unknown>('PUT', `/messages/${part(message)}/reaction`, { emoji });
  read = (thread: string, upto: number) => this.#call<void>('POST', `/threads/${part(thread)}/read`, { upto });
  delivered = (thread: string, upto: number) => this.#call<void>('POST', `/threads/${part(thread)}/delivered`, { upto });

  push = () => this.#call<PushState>('GET', '/push');
  subscribe = (subscription: unknown) => this.#call<PushState>('POST', '/push', { subscription });
  changePush = (change: Partial<PushSettings>) => this.#call<PushState>('PATCH', '/push', change);
  unsubscribe = () => this.#call<void>('DELETE', '/push');

  /** Brings a file to the hub; `told` hears which share of it has gone. Only XMLHttpRequest tells that. */
  upload(file: Blob, name: string, told: (share: number) => void): Promise<Attachment> {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open('POST', `${BASE}/uploads${query({ name })}`);
      request.timeout = UPLOAD_MS_MAX;
      request.setRequestHeader('Authorization', `Bearer ${this.token}`);
      request.setRequestHeader('Content-Type', 'application/octet-stream');
      request.upload.onprogress = (event) => event.lengthComputable && told(event.loaded / event.total);
      request.onload = () => {
        const answer = decoded(request.responseText);
        if (request.status === 201 && answer) resolve(answer as Attachment);
        else reject(refusal(request.status, answer, request.getResponseHeader('Retry-After')));
      };
      request.onerror = request.ontimeout = request.onabort = () => reject(new Refusal(0, 'No connection.'));
      request.send(file);
    });
  }

  async #call<Answer>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Answer> {
    const response = await this.#fetch(method, path, body, signal ?? AbortSignal.timeout(CALL_MS_MAX));
    if (response.status === 204) return undefined as Answer;
    const answer = decoded(await response.text().catch(() => ''));
    if (response.ok) return (answer ?? undefined) as Answer;
    throw refusal(response.status, answer, response.headers.get('Retry-After'));
  }

  async #fetch(method: string, path: string, body: unknown, signal: AbortSignal): Promise<Response> {
    const headers: Record<string, string> = {};
    if (this.token) headers['Authorization'] = `Bearer ${this.token}`;
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    try {
      const content = body === undefined ? null : JSON.stringify(body);
      return await fetch(BASE + path, { method, headers, body: content, credentials: 'omit', cache: 'no-store', signal });
    } catch {
      throw new Refusal(0, 'No connection.');
    }
  }
}

function part(text: string): string {
  return encodeURIComponent(text);
}

function query(values: Record<string, string | number | null>): string {
  const given = Object.entries(values).filter(([, value]) => value !== null && value !== '');
  return given.length === 0 ? '' : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}

function decoded(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function refusal(status: number, answer: unknown, retryAfter: string | null): Refusal {
  const error = (answer as { error?: { code?: string; message?: string; field?: string } } | null)?.error;
  const seconds = Number(retryAfter ?? 0);
  return new Refusal(status, error?.message ?? UNEXPECTED, error?.code ?? '', error?.field ?? '', seconds > 0 ? seconds * 1_000 : 0);
}
