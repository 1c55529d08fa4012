// Speaks the hub's Direct interface for one chat. Times are milliseconds since the epoch.

const REQUEST_TIMEOUT_MS = 15_000;
export const POLL_WAIT_SECONDS = 25;

export interface Info {
  business: string;
  greeting: string;
  notice: string | null;
  status_url: string;
}

export interface Visitor {
  visitor: string;
  token: string;
  name: string;
}

export interface Item {
  seq: number;
  id: string;
  /** "in" is from the visitor, "out" to them. */
  direction: 'in' | 'out';
  text: string;
  at: number;
  author_name: string;
  state: string;
}

/** `status` 0 means that no answer came. */
export class DirectError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }

  /** Whether the same request may work later. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

export class Direct {
  readonly #base: string;
  #token = '';

  constructor(origin: string, channel: string) {
    this.#base = `${origin}/direct/v1/${encodeURIComponent(channel)}`;
  }

  useToken(token: string): void {
    this.#token = token;
  }

  info = () => this.#call<Info>('GET', '/info');
  introduce = (continueToken: string | null) =>
    this.#call<Visitor>('POST', '/visitors', continueToken ? { name: '', continue: continueToken } : { name: '' });
  send = (id: string, text: string) => this.#call<{ id: string; state: string; at: number }>('POST', '/messages', { id, text });
  seen = (seq: number) => this.#call<void>('POST', '/seen', { seq });
  /** Waits up to `waitSeconds` for something new. */
  read = (after: number, waitSeconds: number) =>
    this.#call<{ items: Item[]; cursor: number }>(
      'GET',
      `/messages?after=${after}&wait=${waitSeconds}`,
      undefined,
      REQUEST_TIMEOUT_MS + waitSeconds * 1_000,
    );

  async #call<Answer>(method: string, path: string, body?: unknown, timeoutMs = REQUEST_TIMEOUT_MS): Promise<Answer> {
    const response = await this.#fetch(method, path, body, timeoutMs);
    if (response.status === 204) return undefined as Answer;
    const answer: unknown = await response.json().catch(() => null);
    if (response.ok && answer !== null) return answer as Answer;
    const error = (answer as { error?: { message?: string } } | null)?.error;
    throw new DirectError(response.ok ? 0 : response.status, error?.message ?? 'The chat did not answer as it should.');
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
