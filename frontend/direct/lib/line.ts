// The line to the hub: one stream, opened again after every break, and questions one after another where no stream gets through.
import { retryAfter } from '../../shared/backoff.ts';
import { type Hub, Refusal } from './hub.ts';
import type { Change, Limits, Me, Passing, Saying } from './protocol.ts';

const SILENCE_MS_MAX = 45_000;
const WELCOME_MS_MAX = 10_000;
/** After so many streams that never began, changes are asked for instead. */
const FAILURES_BEFORE_ASKING = 2;
const ASKING_MS = 3 * 60_000;
const PROTOCOL = 'holdfast.direct.v1';

const ABNORMAL = 1006;
const UNAUTHORIZED = 4401;
const FORGOTTEN = 4410;

export interface LineEvents {
  cursor(): string;
  isInFront(): boolean;
  changes(changes: Change[], cursor: string): void;
  passing(frame: Passing): void;
  welcome(member: Me, limits: Limits | null): void;
  connected(is: boolean): void;
  caughtUp(): void;
  unauthorized(): void;
  /** Read the threads again; the cursor is a good one once this has ended. */
  forgotten(): Promise<void>;
}

type Frame =
  | Change
  | Passing
  | { type: 'welcome'; member: Me; cursor: string; limits?: Limits }
  | { type: 'caught_up'; cursor: string }
  | { type: 'ok' }
  | { type: 'error' }
  | { type: 'ping' };

export class Line {
  readonly #hub: Hub;
  readonly #events: LineEvents;
  #socket: WebSocket | null = null;
  #end: (code: number) => void = () => {};
  #isReady = false;
  #isStopped = false;
  #failures = 0;
  #wake: () => void = () => {};
  #asking = new AbortController();
  #batch: Change[] = [];
  #batchCursor = '';
  #flushing = 0;

  constructor(hub: Hub, events: LineEvents) {
    this.#hub = hub;
    this.#events = events;
  }

  async run(): Promise<void> {
    while (!this.#isStopped) {
      const code = await this.#stream();
      this.#takeBatch();
      if (this.#isStopped) return;
      if (code === UNAUTHORIZED) return this.#events.unauthorized();
      if (code === FORGOTTEN) await this.#events.forgotten().catch(() => {});
      else if (this.#failures >= FAILURES_BEFORE_ASKING) await this.#ask();
      if (this.#isStopped) return;
      await this.#rest(retryAfter(this.#failures++, Math.random()));
    }
  }

  stop(): void {
    this.#isStopped = true;
    this.drop();
    this.#wake();
  }

  /** The network is said to be back: do not wait for the next try. */
  hurry(): void {
    this.#failures = 0;
    this.#wake();
  }

  /** The network is said to be gone: a socket without one may take minutes to notice. */
  drop(): void {
    this.#end(ABNORMAL);
    this.#asking.abort();
  }

  /** Whether it could be said. */
  say(frame: Saying): boolean {
    if (!this.#isReady || this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /** One stream from its beginning to its end; the code with which it ended. */
  #stream(): Promise<number> {
    return new Promise((resolve) => {
      const socket = new WebSocket(`${location.origin.replace(/^http/u, 'ws')}/direct/v1/stream`, PROTOCOL);
      let silence: ReturnType<typeof setTimeout> | undefined;
      const hear = (ms: number) => {
        clearTimeout(silence);
        silence = setTimeout(() => end(ABNORMAL), ms);
      };
      const end = (code: number) => {
        clearTimeout(silence);
        this.#end = () => {};
        socket.onclose = socket.onmessage = socket.onopen = null;
        socket.close();
        if (this.#socket === socket) this.#socket = null;
        this.#isReady = false;
        this.#events.connected(false);
        resolve(code);
      };
      this.#socket = socket;
      this.#end = end;
      hear(WELCOME_MS_MAX);
      socket.onopen = () => {
        const hello = { type: 'hello', token: this.#hub.token, cursor: this.#events.cursor(), focus: this.#events.isInFront() };
        socket.send(JSON.stringify(hello));
      };
      socket.onclose = (event) => end(event.code);
      socket.onmessage = (event) => {
        hear(SILENCE_MS_MAX);
        this.#take(JSON.parse(String(event.data)) as Frame);
      };
    });
  }

  #take(frame: Frame): void {
    if (frame.type === 'welcome') {
      this.#isReady = true;
      this.#failures = 0;
      this.#events.connected(true);
      this.#events.welcome(frame.member, frame.limits ?? null);
    } else if (frame.type === 'caught_up') {
      this.#batchCursor = frame.cursor;
      this.#takeBatch();
      this.#events.caughtUp();
    } else if (frame.type === 'typing' || frame.type === 'presence') {
      this.#events.passing(frame);
    } else if (frame.type !== 'ok' && frame.type !== 'error' && frame.type !== 'ping') {
      this.#gather(frame);
    }
  }

  // A day away may bring thousands at once: they are taken in together.
  #gather(change: Change): void {
    this.#batch.push(change);
    this.#batchCursor = change.cursor ?? this.#batchCursor;
    this.#flushing ||= window.setTimeout(() => this.#takeBatch(), 0);
  }

  #takeBatch(): void {
    clearTimeout(this.#flushing);
    this.#flushing = 0;
    const changes = this.#batch;
    this.#batch = [];
    if (this.#batchCursor) this.#events.changes(changes, this.#batchCursor);
    this.#batchCursor = '';
  }

  async #ask(): Promise<void> {
    const until = Date.now() + ASKING_MS;
    this.#asking = new AbortController();
    try {
      while (!this.#isStopped && Date.now() < until) {
        const page = await this.#hub.changes(this.#events.cursor(), this.#asking.signal);
        this.#events.connected(true);
        this.#events.changes(page.changes, page.cursor);
        if (!page.more) this.#events.caughtUp();
      }
    } catch (problem) {
      this.#events.connected(false);
      if (!(problem instanceof Refusal)) return;
      if (problem.status === 401) this.#events.unauthorized();
      if (problem.status === 410) await this.#events.forgotten().catch(() => {});
    }
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
