// Speaks the hub's protocol (docs/direct-protocol.md) for one guest and the business. Times are ms since the epoch.

const REQUEST_TIMEOUT_MS = 15_000;
export const POLL_WAIT_SECONDS = 25;
export const HISTORY = 50;

export interface Question {
  id: string;
  kind: 'text' | 'choice' | 'name' | 'email' | 'phone';
  label: string;
  required: boolean;
  choices: string[];
}

export interface Look {
  accent: string;
  corner: 'right' | 'left';
  theme: 'auto' | 'light' | 'dark';
  label: string;
  sound: boolean;
}

export interface Info {
  business: { name: string; picture?: string };
  greeting: string;
  notice: string | null;
  status_url: string;
  open: { now: boolean; text: string };
  look: Look;
  questions: Question[];
  consent: string;
  sign_in: string[];
}

/** Who writes here: `token` is shown once, and is all that this browser keeps of them. */
export interface Guest {
  id: string;
  token: string;
}

export interface Attachment {
  id: string;
  kind: string;
  name: string;
  url: string;
  thumb?: string | null;
}

export interface Message {
  id: string;
  thread: string;
  order: number;
  author: string;
  name: string;
  text: string;
  at: number;
  kind: string;
  attachments?: Attachment[];
  unsent?: boolean;
  via?: string | null;
  state?: string;
  reason?: string;
}

export interface Change {
  type: string;
  thread?: string;
  message?: Message;
}

export interface Answers {
  answers: { id: string; label: string; value: string }[];
  consent: string;
}

/** `status` 0 means that no answer came; `field` says which part of the request was meant. */
export class DirectError extends Error {
  readonly status: number;
  readonly field: string;

  constructor(status: number, message: string, field = '') {
    super(message);
    this.status = status;
    this.field = field;
  }

  /** Whether the same request may work later. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

interface MadeGuest {
  member: { id: string };
  token: string;
}

export class Direct {
  readonly origin: string;
  readonly channel: string;
  readonly thread: string;
  readonly #base: string;
  #token = '';

  constructor(origin: string, channel: string) {
    this.origin = origin || location.origin;
    this.channel = channel;
    this.thread = `business:${channel}`;
    this.#base = `${origin}/direct/v1`;
  }

  get token(): string {
    return this.#token;
  }

  get streamUrl(): string {
    return `${this.origin.replace(/^http/u, 'ws')}/direct/v1/stream`;
  }

  useToken(token: string): void {
    this.#token = token;
  }

  info = () => this.#call<Info>('GET', `/info?channel=${encodeURIComponent(this.channel)}`);
  introduce = async (continueToken: string | null): Promise<Guest> =>
    guest(await this.#call<MadeGuest>('POST', '/guests', { name: '', continue: continueToken ?? undefined }));
  answer = (given: Answers) => this.#call<void>('PUT', '/me/answers', { channel: this.channel, ...given });
  /** Sends a code to an address; the login's id. */
  askCode = async (email: string) => (await this.#call<{ login: string }>('POST', '/codes', { email })).login;
  prove = async (login: string, code: string) => guest(await this.#call<MadeGuest>('POST', '/sessions', { login, code }));
  send = (id: string, text: string) =>
    this.#call<{ id: string; at: number; state: string }>('POST', `/threads/${this.thread}/messages`, { id, text });
  seen = (order: number) => this.#call<void>('POST', `/threads/${this.thread}/read`, { upto: order });
  messages = () => this.#call<{ messages: Message[] }>('GET', `/threads/${this.thread}/messages?limit=${HISTORY}`);
  /** What happened after a cursor, waiting up to some seconds for it; without one only the newest cursor. */
  changes = (cursor: string, waitSeconds: number) =>
    this.#call<{ changes: Change[]; cursor: string; more?: boolean }>(
      'GET',
      `/changes${cursor ? `?after=${encodeURIComponent(cursor)}&wait=${waitSeconds}` : ''}`,
      undefined,
      REQUEST_TIMEOUT_MS + waitSeconds * 1_000,
    );

  async #call<Answer>(method: string, path: string, body?: unknown, timeoutMs = REQUEST_TIMEOUT_MS): Promise<Answer> {
    const response = await this.#fetch(method, path, body, timeoutMs);
    if (response.status === 204) return undefined as Answer;
    const answer: unknown = await response.json().catch(() => null);
    if (response.ok && answer !== null) return answer as Answer;
    const error = (answer as { error?: { message?: string; field?: string } } | null)?.error;
    throw new DirectError(response.ok ? 0 : response.status, error?.message ?? 'The chat did not answer as it should.', error?.field);
  }

  async #fetch(method: string, path: string, body: unknown, timeoutMs: number): Promise<Response> {
    try {
      return await fetch(this.#base + path, {
        method,
        headers: this.#headers(body !== undefined),
        body: body === undefined ? null : JSON.stringify(body),
        credentials: 'omit',
        cache: 'no-store',
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch {
      throw new DirectError(0, 'No connection.');
    }
  }

  #headers(hasBody: boolean): Record<string, string> {
    const headers: Record<string, string> = {};
    if (this.#token) headers['Authorization'] = `Bearer ${this.#token}`;
    if (hasBody) headers['Content-Type'] = 'application/json';
    return headers;
  }
}

function guest(made: MadeGuest): Guest {
  return { id: made.member.id, token: made.token };
}
