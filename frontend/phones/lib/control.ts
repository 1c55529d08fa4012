// The only place that talks to the simulators' control API.
import type { Account, DeveloperAccount, Fault, LoggedRequest, Person, PhoneMessage, ShopPost, WantedFault } from './types.ts';

const REQUEST_TIMEOUT_MS = 15_000;
const TOKEN_KEY = 'holdfast.control-token';

export class ControlError extends Error {
  readonly status: number;
  readonly field: string | null;

  constructor(status: number, message: string, field: string | null = null) {
    super(message);
    this.status = status;
    this.field = field;
  }
}

export function inWords(problem: unknown): string {
  return problem instanceof ControlError ? problem.message : 'Something unexpected went wrong on this page.';
}

export class Control {
  readonly token: string;

  constructor(token: string) {
    this.token = token;
  }

  people = async () => (await this.#call<{ people: Person[] }>('GET', '/people')).people;
  thread = async (person: string, platform: string, account: string) =>
    (await this.#call<{ messages: PhoneMessage[] }>('GET', `/people/${part(person)}/messages${query({ platform, account, limit: '300' })}`))
      .messages;
  write = (person: string, body: { platform: string; account: string; text: string; kind: string }) =>
    this.#call<{ id: string; at_ms: number }>('POST', `/people/${part(person)}/messages`, body);
  see = (person: string, platform: string, account: string) =>
    this.#call<unknown>('POST', `/people/${part(person)}/seen`, { platform, account });
  unsend = (person: string, id: string) => this.#call<unknown>('POST', `/people/${part(person)}/unsend`, { message_id: id });
  edit = (person: string, id: string, text: string) =>
    this.#call<unknown>('POST', `/people/${part(person)}/edit`, { message_id: id, text });
  react = (person: string, id: string, emoji: string | null) =>
    this.#call<unknown>('POST', `/people/${part(person)}/react`, { message_id: id, emoji });

  posts = async () => (await this.#call<{ posts: ShopPost[] }>('GET', '/posts')).posts;
  publish = (text: string, kind: string) => this.#call<ShopPost>('POST', '/posts', { text, kind });
  deletePost = (id: string) => this.#call<unknown>('DELETE', `/posts/${part(id)}`);

  developers = async () => (await this.#call<{ accounts: DeveloperAccount[] }>('GET', '/developers')).accounts;
  saveCallback = (account: DeveloperAccount, url: string, token: string) =>
    this.#call<{ status: number | null; verified: boolean }>('POST', `${ofDeveloper(account)}/callback`, { url, verify_token: token });
  sendTest = (account: DeveloperAccount) => this.#call<{ status: number | null }>('POST', `${ofDeveloper(account)}/test`, {});

  accounts = async () => (await this.#call<{ accounts: Account[] }>('GET', '/state')).accounts;
  faults = async () => (await this.#call<{ faults: Fault[] }>('GET', '/faults')).faults;
  startFault = (fault: WantedFault) => this.#call<Fault>('POST', '/faults', fault);
  stopFault = (id: string) => this.#call<unknown>('DELETE', `/faults/${part(id)}`);
  stopAllFaults = () => this.#call<unknown>('DELETE', '/faults');
  feeds = () => this.#call<{ feeds: Record<string, string>; words: string[] }>('GET', '/feeds');
  announce = (platform: string, status: string) => this.#call<unknown>('POST', '/feeds', { platform, status });
  requests = async (platform: string, limit: number) =>
    (await this.#call<{ requests: LoggedRequest[] }>('GET', `/requests${query({ platform, limit: String(limit) })}`)).requests;

  get eventsAddress(): string {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    return `${scheme}://${location.host}/control/events${query({ token: this.token })}`;
  }

  async #call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await this.#fetch(method, path, body);
    const answer: unknown = await response.json().catch(() => null);
    if (response.ok) return answer as Answer;
    const error = (answer as { error?: { message?: string; field?: string } } | null)?.error;
    throw new ControlError(response.status, error?.message ?? `The simulators answered ${response.status}.`, error?.field ?? null);
  }

  async #fetch(method: string, path: string, body: unknown): Promise<Response> {
    try {
      return await fetch(`/control${path}`, {
        method,
        headers: { Authorization: `Bearer ${this.token}`, 'Content-Type': 'application/json' },
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
    } catch {
      throw new ControlError(0, 'The simulators do not answer. Are they running?');
    }
  }
}

/** The token from the address, or the one this tab was given before. */
export function findToken(): string {
  const given = new URLSearchParams(location.search).get('token');
  try {
    if (given) sessionStorage.setItem(TOKEN_KEY, given);
    return given ?? sessionStorage.getItem(TOKEN_KEY) ?? '';
  } catch {
    return given ?? '';
  }
}

function ofDeveloper(account: DeveloperAccount): string {
  return `/developers/${part(account.platform)}/${part(account.account)}`;
}

function part(id: string): string {
  return encodeURIComponent(id);
}

function query(values: Record<string, string>): string {
  const filled = Object.entries(values).filter(([, value]) => value !== '');
  return filled.length ? `?${new URLSearchParams(filled)}` : '';
}
