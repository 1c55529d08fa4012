// Keeps the console up to date over a WebSocket. Each frame has a number; after a break the hub sends everything
// since the last one seen, so that nothing is missed.
import { retryAfter } from '../../shared/backoff.ts';
import type { Attending, HubEvent } from './types.ts';

export type Connection = 'connecting' | 'live' | 'reconnecting';

export interface StreamListener {
  onEvent(event: HubEvent): void;
  /** Who of the team has which conversation open now. */
  onDesk(attending: Attending[]): void;
  onConnection(state: Connection): void;
  /** Asked before each connection that follows a failure; false stops the stream. */
  mayRetry(): Promise<boolean>;
  /** The hub's log is another one, or no longer goes back to what we have seen: everything must be read anew. */
  onOtherLog(): void;
}

const QUIET_MAX_MS = 90_000;
/** Closed with this: events that we have not seen are no longer kept. */
const FORGOTTEN = 4410;

export class Stream {
  #cursor: number;
  #listener: StreamListener;
  #socket: WebSocket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #stopped = false;
  #beginsAnew = false;

  constructor(cursor: number, listener: StreamListener) {
    this.#cursor = cursor;
    this.#listener = listener;
  }

  start(): void {
    this.#listener.onConnection('connecting');
    this.#connect();
    window.addEventListener('online', this.#hurry);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#watch);
    window.removeEventListener('online', this.#hurry);
    this.#socket?.close();
  }

  #connect(): void {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    const from = this.#beginsAnew ? 'latest' : this.#cursor;
    const socket = new WebSocket(`${scheme}://${location.host}/api/v1/stream?cursor=${from}`);
    this.#socket = socket;
    socket.onopen = () => {
      this.#failures = 0;
      this.#listener.onConnection('live');
      this.#expectLife();
    };
    socket.onmessage = (frame) => this.#take(String(frame.data));
    socket.onclose = (closed) => {
      if (closed.code === FORGOTTEN) this.#beginsAnew = true;
      if (this.#socket === socket) this.#lost();
    };
  }

  #take(text: string): void {
    this.#expectLife();
    const event = JSON.parse(text) as HubEvent & { cursor?: number };
    if (event.kind === 'caught_up') return this.#caughtUp(event.cursor ?? this.#cursor);
    if (event.kind === 'desk') return this.#listener.onDesk((event as unknown as { attending: Attending[] }).attending);
    if (typeof event.seq !== 'number' || event.seq <= this.#cursor) return;
    this.#cursor = event.seq;
    this.#listener.onEvent(event);
  }

  #caughtUp(cursor: number): void {
    const isOtherLog = this.#beginsAnew || cursor < this.#cursor;
    this.#beginsAnew = false;
    this.#cursor = cursor;
    if (isOtherLog) this.#listener.onOtherLog();
  }

  #lost(): void {
    this.#socket = null;
    clearTimeout(this.#watch);
    if (this.#stopped) return;
    this.#listener.onConnection('reconnecting');
    this.#timer = setTimeout(() => void this.#retry(), retryAfter(this.#failures, Math.random()));
    this.#failures += 1;
  }

  async #retry(): Promise<void> {
    if (!(await this.#listener.mayRetry()) || this.#stopped || this.#socket) return;
    this.#connect();
  }

  // A half-dead connection (a laptop that slept) says nothing; begin again rather than trust the silence.
  #expectLife(): void {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => this.#socket?.close(), QUIET_MAX_MS);
  }

  #hurry = (): void => {
    if (this.#socket || this.#stopped) return;
    clearTimeout(this.#timer);
    void this.#retry();
  };
}
