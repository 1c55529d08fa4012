// The guest's side of the talk: what was said, what is on its way, and the way back after a break.
import { retryAfter } from '../shared/backoff.ts';
import { newId } from '../shared/ids.ts';
import {
  type Answers,
  type Attachment,
  type Change,
  type Direct,
  DirectError,
  type Guest,
  type Info,
  type Message,
  POLL_WAIT_SECONDS,
} from './direct.ts';
import { type Keep, OUTBOX_MAX, type Unsent } from './keep.ts';
import { listen } from './line.ts';

const QUIET_POLL_MS = 30_000;
const INFO_EVERY_MS = 60_000;
const TYPING_MS = 6_000;
/** So often a stream may fail to open before only requests are used. */
const STREAM_TRIES = 2;

export interface Line {
  id: string;
  isMine: boolean;
  text: string;
  at: number;
  author: string;
  attachments: Attachment[];
  /** waiting: not with the hub yet; safe: on its disk; read; refused: it will not go. */
  state: 'waiting' | 'safe' | 'read' | 'refused' | 'received';
  reason: string;
}

/** As much of a talk as is shown. */
export interface Spoken {
  readonly info: Info | null;
  readonly lines: Line[];
  readonly isAsking: boolean;
  readonly isTyping: boolean;
  readonly refusal: { field: string; message: string } | null;
  readonly connected: boolean;
  readonly stuck: boolean;
  readonly direct: { readonly origin: string; readonly channel: string };
  write(text: string): boolean;
  tell(answers: Answers): Promise<boolean>;
  askCode(email: string): Promise<string>;
  prove(login: string, code: string): Promise<void>;
}

export class Talk implements Spoken {
  info: Info | null = null;
  connected = true;
  /** The hub is there but cannot store what is written just now. */
  stuck = false;
  /** Somebody of the business is writing. */
  isTyping = false;
  /** Why the hub did not take an answer, and to which question it belongs. */
  refusal: { field: string; message: string } | null = null;
  onChange: () => void = () => {};
  onNews: () => void = () => {};
  readonly direct: Direct;
  readonly #keep: Keep;
  readonly #messages = new Map<string, Message>();
  readonly #refused = new Map<string, Unsent & { reason: string }>();
  #cursor = '';
  #failures = 0;
  #streamFailures = 0;
  #attentive = false;
  #sending = false;
  #continueToken: string | null;
  #introducing: Promise<void> | null = null;
  #wake: () => void = () => {};
  #line = new AbortController();
  #typingTimer: ReturnType<typeof setTimeout> | undefined;
  #sendTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(direct: Direct, keep: Keep, continueToken: string | null) {
    this.direct = direct;
    this.#keep = keep;
    this.#continueToken = continueToken;
  }

  async start(): Promise<void> {
    window.addEventListener('online', () => this.#hurry());
    this.#keep.onOther(() => {
      this.onChange();
      this.#wake();
    });
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

  /** Whether there are questions to be answered before the first message. */
  get isAsking(): boolean {
    const asks = (this.info?.questions.length ?? 0) > 0 || Boolean(this.info?.consent);
    return asks && !this.#keep.answered && this.#messages.size === 0 && this.#keep.outbox.length === 0;
  }

  get lines(): Line[] {
    const me = this.#keep.guest?.id ?? '';
    const known = [...this.#messages.values()].filter((message) => !message.unsent && (message.text || message.attachments?.length));
    known.sort((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1));
    const refused = [...this.#refused.values()].map((message) => ({ ...line(message, 'refused'), reason: message.reason }));
    const waiting = this.#keep.outbox.filter((message) => !this.#messages.has(`${me}:${message.id}`));
    return [...known.map((message) => shown(message, me)), ...refused, ...waiting.map((message) => line(message, 'waiting'))];
  }

  get unseen(): number {
    const me = this.#keep.guest?.id;
    return [...this.#messages.values()].filter((message) => message.author !== me && message.order > this.#keep.seen).length;
  }

  /** Somebody looks at the talk now (or no longer): answers come at once while they do. */
  attend(isAttentive: boolean): void {
    if (this.#attentive === isAttentive) return;
    this.#attentive = isAttentive;
    if (isAttentive) this.#markSeen();
    else this.#line.abort();
    this.#wake();
  }

  write(text: string): boolean {
    if (this.#keep.outbox.length >= OUTBOX_MAX) return false;
    this.#keep.add({ id: newId(), text, at: Date.now() });
    this.onChange();
    void this.flush();
    return true;
  }

  /** Keep what was told before the first message; it goes to the hub with or without one. Whether it is there already. */
  async tell(answers: Answers): Promise<boolean> {
    this.refusal = null;
    this.#keep.answers = answers;
    this.onChange();
    await this.flush();
    return this.#keep.answered && this.#keep.answers === null;
  }

  askCode = async (email: string): Promise<string> => {
    await this.#introduce();
    return this.direct.askCode(email);
  };

  /** The address is theirs: the guest becomes a member, who may go on anywhere. */
  async prove(login: string, code: string): Promise<void> {
    const member = await this.direct.prove(login, code);
    this.#begin(member);
    this.#line.abort();
    this.#wake();
    this.onChange();
  }

  /** Bring what waits to the hub: in order, and each once, as its id stays the same. */
  async flush(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    clearTimeout(this.#sendTimer);
    try {
      await this.#bringAnswers();
      for (let next = this.#keep.outbox[0]; next; next = this.#keep.outbox[0]) await this.#deliver(next);
    } catch {
      this.#sendTimer = setTimeout(() => void this.flush(), retryAfter(this.#failures++, Math.random()));
    } finally {
      this.#sending = false;
      this.onChange();
    }
  }

  async #bringAnswers(): Promise<void> {
    const answers = this.#keep.answers;
    if (!answers) return;
    try {
      await this.#introduce();
      await this.direct.answer(answers);
      this.#isThere();
      this.#keep.answers = null;
    } catch (problem) {
      const refusal = this.#passing(problem);
      this.refusal = { field: refusal.field, message: refusal.message };
      this.#keep.askAgain();
    }
  }

  async #deliver(message: Unsent): Promise<void> {
    try {
      await this.#introduce();
      const safe = await this.direct.send(message.id, message.text);
      this.stuck = false;
      this.#isThere();
      this.#put(message, safe);
      this.#keep.remove(message.id);
      this.#wake();
    } catch (problem) {
      const refusal = this.#passing(problem);
      this.#keep.remove(message.id);
      this.#refused.set(message.id, { ...message, reason: refusal.message });
    }
    this.onChange();
  }

  #put(message: Unsent, safe: { id: string; at: number; state: string }): void {
    if (this.#messages.has(safe.id)) return;
    const author = this.#keep.guest?.id ?? '';
    const order = Math.max(safe.at, ...[...this.#messages.values()].map((known) => known.order));
    this.#messages.set(safe.id, { ...safe, thread: this.direct.thread, order, author, name: '', text: message.text, kind: 'text' });
  }

  /** What the hub refused for good; throws what may work later. */
  #passing(problem: unknown): DirectError {
    const refusal = problem instanceof DirectError ? problem : new DirectError(0, '');
    if (refusal.status === 401) {
      this.#forget();
      throw refusal;
    }
    if (refusal.isPassing) {
      this.connected = refusal.status !== 0;
      this.stuck = true;
      throw refusal;
    }
    return refusal;
  }

  // A guest exists from their first word on; who only looks leaves no trace.
  #introduce(): Promise<void> {
    this.#introducing ??= this.#introduceOnce().finally(() => (this.#introducing = null));
    return this.#introducing;
  }

  async #introduceOnce(): Promise<void> {
    if (this.#continueToken) {
      this.#begin(await this.direct.introduce(this.#continueToken));
      this.#continueToken = null;
    }
    if (!this.#keep.guest) this.#begin(await this.direct.introduce(null));
    this.direct.useToken(this.#keep.guest?.token ?? '');
  }

  #begin(guest: Guest): void {
    if (guest.id !== this.#keep.guest?.id) this.#messages.clear();
    this.#keep.guest = guest;
    this.direct.useToken(guest.token);
    this.#cursor = '';
  }

  #forget(): void {
    this.#keep.guest = null;
    this.direct.useToken('');
    this.#cursor = '';
  }

  async #listen(): Promise<void> {
    for (;;) {
      const guest = this.#keep.guest;
      if (!guest) {
        await this.#rest(QUIET_POLL_MS);
        continue;
      }
      this.direct.useToken(guest.token);
      await this.#listenOnce();
      if (!this.#attentive && this.connected) await this.#rest(QUIET_POLL_MS);
    }
  }

  async #listenOnce(): Promise<void> {
    try {
      if (!this.#cursor) await this.#readAll();
      if (this.#attentive && this.#streamFailures < STREAM_TRIES) await this.#stream();
      else await this.#poll();
    } catch (problem) {
      const status = problem instanceof DirectError ? problem.status : 0;
      if (status === 401) this.#forget();
      if (status === 410) this.#cursor = '';
      this.connected = status === 410;
      this.onChange();
      await this.#rest(retryAfter(this.#failures++, Math.random()));
    }
  }

  // The cursor is taken before the messages are read: what happens in between comes again.
  async #readAll(): Promise<void> {
    const { cursor } = await this.direct.changes('', 0);
    const page = await this.direct.messages();
    this.#cursor = cursor;
    this.#isThere();
    this.#take(page.messages, false);
  }

  async #stream(): Promise<void> {
    this.#line = new AbortController();
    const end = await listen(
      this.direct,
      this.#cursor,
      {
        there: () => {
          this.#streamFailures = 0;
          this.#isThere();
        },
        typing: () => this.#typing(),
        change: (change, cursor) => this.#change(change, cursor),
      },
      this.#line.signal,
    );
    if (end === 'refused') this.#forget();
    else if (end === 'forgotten') this.#cursor = '';
    else if (end === 'never') this.#streamFailures++;
    if (end === 'closed' && this.#attentive) await this.#rest(retryAfter(this.#failures++, Math.random()));
  }

  async #poll(): Promise<void> {
    const page = await this.direct.changes(this.#cursor, this.#attentive ? POLL_WAIT_SECONDS : 0);
    this.#isThere();
    this.#cursor = page.cursor;
    this.#take(messagesIn(page.changes, this.direct.thread), true);
    if (page.more) await this.#poll();
  }

  #change(change: Change, cursor: string): void {
    this.#cursor = cursor;
    this.#take(messagesIn([change], this.direct.thread), true);
  }

  #take(messages: Message[], isNews: boolean): void {
    const me = this.#keep.guest?.id;
    let heard = false;
    for (const message of messages) {
      heard ||= isNews && message.author !== me && !this.#messages.has(message.id);
      this.#messages.set(message.id, message);
      if (message.author === me) this.#keep.remove(message.id.slice(message.id.indexOf(':') + 1));
    }
    if (messages.length === 0) return;
    if (heard) {
      this.isTyping = false;
      this.onNews();
    }
    if (this.#attentive) this.#markSeen();
    this.onChange();
  }

  #typing(): void {
    this.isTyping = true;
    clearTimeout(this.#typingTimer);
    this.#typingTimer = setTimeout(() => {
      this.isTyping = false;
      this.onChange();
    }, TYPING_MS);
    this.onChange();
  }

  #markSeen(): void {
    const me = this.#keep.guest?.id;
    const newest = Math.max(0, ...[...this.#messages.values()].filter((message) => message.author !== me).map((message) => message.order));
    if (document.hidden || newest <= this.#keep.seen) return;
    this.#keep.seen = newest;
    this.direct.seen(newest).catch(() => {});
    this.onChange();
  }

  async #readInfo(): Promise<void> {
    try {
      this.info = await this.direct.info();
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
    this.#streamFailures = 0;
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

function messagesIn(changes: Change[], thread: string): Message[] {
  return changes.flatMap((change) => (change.type === 'message' && change.message?.thread === thread ? [change.message] : []));
}

function line(message: Unsent, state: Line['state']): Line {
  return { id: message.id, isMine: true, text: message.text, at: message.at, author: '', attachments: [], state, reason: '' };
}

function shown(message: Message, me: string): Line {
  const isMine = message.author === me;
  const own = message.state === 'read' || message.state === 'refused' ? message.state : 'safe';
  return {
    id: isMine ? message.id.slice(message.id.indexOf(':') + 1) : message.id,
    isMine,
    text: message.text,
    at: message.at,
    author: message.name,
    attachments: message.attachments ?? [],
    state: isMine ? own : 'received',
    reason: message.reason ?? '',
  };
}
