// The visitor's side of the talk: what was said, what is on its way, and the way back after a break.
import { retryAfter } from '../shared/backoff.ts';
import { newId } from '../shared/ids.ts';
import { type Direct, DirectError, type Info, type Item, POLL_WAIT_SECONDS } from './direct.ts';
import { type Keep, OUTBOX_MAX, type Unsent } from './keep.ts';

const QUIET_POLL_MS = 20_000;
const INFO_EVERY_MS = 60_000;

export interface Line {
  id: string;
  direction: 'in' | 'out';
  text: string;
  at: number;
  author: string;
  /** waiting: not with the hub yet; safe: on its disk; read; refused: it will not go. */
  state: 'waiting' | 'safe' | 'read' | 'refused' | 'received';
  reason: string;
}

export class Talk {
  info: Info | null = null;
  connected = true;
  /** The hub is there but cannot store what is written just now. */
  stuck = false;
  onChange: () => void = () => {};
  readonly #direct: Direct;
  readonly #keep: Keep;
  readonly #items = new Map<string, Item>();
  readonly #refused = new Map<string, Unsent & { reason: string }>();
  #cursor = 0;
  #failures = 0;
  #attentive = false;
  #sending = false;
  #continueToken: string | null;
  #introducing: Promise<void> | null = null;
  #wake: () => void = () => {};
  #sendTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(direct: Direct, keep: Keep, continueToken: string | null) {
    this.#direct = direct;
    this.#keep = keep;
    this.#continueToken = continueToken;
  }

  async start(): Promise<void> {
    window.addEventListener('online', () => this.#hurry());
    setInterval(() => void this.#readInfo(), INFO_EVERY_MS);
    void this.#readInfo();
    if (this.#continueToken) await this.#introduce().catch(() => {});
    void this.flush();
    void this.#listen();
  }

  /** Whether a private link still has to be shown to the hub. */
  get isContinuing(): boolean {
    return this.#continueToken !== null;
  }

  get lines(): Line[] {
    const known = [...this.#items.values()].filter((item) => item.text !== '').sort((a, b) => a.at - b.at || a.seq - b.seq);
    const refused = [...this.#refused.values()].map((message) => ({ ...line(message, 'refused'), reason: message.reason }));
    const waiting = this.#keep.outbox.filter((message) => !this.#items.has(message.id));
    return [...known.map(shown), ...refused, ...waiting.map((message) => line(message, 'waiting'))];
  }

  get unseen(): number {
    return [...this.#items.values()].filter((item) => item.direction === 'out' && item.at > this.#keep.seen).length;
  }

  /** Somebody looks at the talk now (or no longer): answers come at once while they do. */
  attend(isAttentive: boolean): void {
    this.#attentive = isAttentive;
    if (isAttentive) {
      this.#markSeen();
      this.#wake();
    }
  }

  write(text: string): boolean {
    if (this.#keep.outbox.length >= OUTBOX_MAX) return false;
    this.#keep.add({ id: newId(), text, at: Date.now() });
    this.onChange();
    void this.flush();
    return true;
  }

  /** Bring what waits to the hub: in order, and each once, as its id stays the same. */
  async flush(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    clearTimeout(this.#sendTimer);
    try {
      for (let next = this.#keep.outbox[0]; next; next = this.#keep.outbox[0]) await this.#deliver(next);
    } catch {
      this.#sendTimer = setTimeout(() => void this.flush(), retryAfter(this.#failures++, Math.random()));
    } finally {
      this.#sending = false;
      this.onChange();
    }
  }

  async #deliver(message: Unsent): Promise<void> {
    try {
      await this.#introduce();
      const safe = await this.#direct.send(message.id, message.text);
      this.stuck = false;
      this.#isThere();
      const item: Item = { ...message, seq: this.#cursor, direction: 'in', author_name: '', state: safe.state, at: safe.at };
      if (!this.#items.has(message.id)) this.#items.set(message.id, item);
      this.#keep.remove(message.id);
      this.#wake();
    } catch (problem) {
      this.#notDelivered(message, problem);
    }
    this.onChange();
  }

  #notDelivered(message: Unsent, problem: unknown): void {
    const refusal = problem instanceof DirectError ? problem : new DirectError(0, '');
    if (refusal.status === 401) {
      this.#forget();
    } else if (refusal.isPassing) {
      this.connected = refusal.status !== 0;
      this.stuck = true;
    } else {
      this.#keep.remove(message.id);
      this.#refused.set(message.id, { ...message, reason: refusal.message });
      return;
    }
    throw refusal;
  }

  // A visitor exists from their first message on; who only looks leaves no trace.
  #introduce(): Promise<void> {
    this.#introducing ??= this.#introduceOnce().finally(() => (this.#introducing = null));
    return this.#introducing;
  }

  async #introduceOnce(): Promise<void> {
    if (this.#continueToken) {
      this.#items.clear();
      this.#cursor = 0;
      this.#keep.visitor = await this.#direct.introduce(this.#continueToken);
      this.#continueToken = null;
    }
    this.#keep.visitor ??= await this.#direct.introduce(null);
    this.#direct.useToken(this.#keep.visitor.token);
  }

  #forget(): void {
    this.#keep.visitor = null;
    this.#direct.useToken('');
    this.#cursor = 0;
  }

  async #listen(): Promise<void> {
    for (;;) {
      const visitor = this.#keep.visitor;
      if (!visitor) {
        await this.#rest(QUIET_POLL_MS);
        continue;
      }
      this.#direct.useToken(visitor.token);
      await this.#readOnce();
      if (!this.#attentive && this.connected) await this.#rest(QUIET_POLL_MS);
    }
  }

  async #readOnce(): Promise<void> {
    const wait = this.#attentive && this.#cursor > 0 ? POLL_WAIT_SECONDS : 0;
    try {
      const page = await this.#direct.read(this.#cursor, wait);
      this.#isThere();
      this.#take(page.items, page.cursor);
      if (wait === 0 && this.#attentive && page.items.length === 0) await this.#rest(1_000);
    } catch (problem) {
      if (problem instanceof DirectError && problem.status === 401) this.#forget();
      this.connected = false;
      this.onChange();
      await this.#rest(retryAfter(this.#failures++, Math.random()));
    }
  }

  #take(items: Item[], cursor: number): void {
    this.#cursor = Math.max(this.#cursor, cursor);
    for (const item of items) {
      this.#items.set(item.id, item);
      if (item.direction === 'in') this.#keep.remove(item.id);
    }
    if (items.length === 0) return;
    if (this.#attentive) this.#markSeen();
    this.onChange();
  }

  #markSeen(): void {
    const newest = Math.max(0, ...[...this.#items.values()].filter((item) => item.direction === 'out').map((item) => item.at));
    if (document.hidden || newest <= this.#keep.seen) return;
    this.#keep.seen = newest;
    this.#direct.seen(this.#cursor).catch(() => {});
    this.onChange();
  }

  async #readInfo(): Promise<void> {
    try {
      this.info = await this.#direct.info();
      this.onChange();
    } catch {
      // The last words stay; the connection's own state is told by sending and reading.
    }
  }

  #isThere(): void {
    const wasAway = !this.connected;
    this.connected = true;
    this.#failures = 0;
    if (!wasAway) return;
    this.onChange();
    void this.flush();
    void this.#readInfo();
  }

  #hurry(): void {
    this.#failures = 0;
    void this.flush();
    this.#wake();
  }

  #rest(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function line(message: Unsent, state: Line['state']): Line {
  return { id: message.id, direction: 'in', text: message.text, at: message.at, author: '', state, reason: '' };
}

function shown(item: Item): Line {
  const state = item.direction === 'out' ? 'received' : item.state === 'read' ? 'read' : 'safe';
  return { id: item.id, direction: item.direction, text: item.text, at: item.at, author: item.author_name, state, reason: '' };
}
