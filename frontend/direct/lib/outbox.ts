// Everything that is to go out, in order for each thread, each once: ids are chosen here, so that a repeat has no second effect.
import { retryAfter } from '../../shared/backoff.ts';
import { type Hub, inWords, Refusal } from './hub.ts';
import type { Keep } from './keep.ts';
import type { Attachment, ReplyTo } from './protocol.ts';

export const OPS_MAX = 500;

export interface OutFile {
  key: string;
  blob: Blob;
  name: string;
  kind: Attachment['kind'];
  /** What the hub made of it, once it is there. */
  upload: Attachment | null;
}

interface Common {
  thread: string;
  at: number;
}

export type NewOp = Common &
  (
    | {
        kind: 'send';
        id: string;
        text: string;
        replyTo: ReplyTo | null;
        files: OutFile[];
        /** safe: acknowledged, and kept until it comes back as a message. */
        state: 'waiting' | 'safe' | 'refused';
        reason: string;
      }
    | { kind: 'edit'; message: string; text: string }
    | { kind: 'unsend'; message: string }
    | { kind: 'react'; message: string; emoji: string }
  );

export type Op = NewOp & { n: number };
export type SendOp = Extract<Op, { kind: 'send' }>;

export interface OutboxEvents {
  /** The rows are other ones now. */
  changed(): void;
  /** They are kept like that, so that other tabs may read them. */
  stored(): void;
  progress(key: string, share: number): void;
  /** An edit, withdrawal or reaction will not happen. */
  refused(sentence: string): void;
  /** The token is not good any more. */
  unauthorized(): void;
  /** Whoever writes must be somebody first. Throws a Refusal. */
  introduced(): Promise<void>;
}

type Timer = (after: () => void, ms: number) => unknown;

export class Outbox {
  rows: readonly Op[] = [];
  readonly #keep: Keep;
  readonly #hub: Hub;
  readonly #events: OutboxEvents;
  readonly #later: Timer;
  readonly #lanes = new Map<string, Promise<void>>();
  readonly #waits = new Set<string>();
  /** Reading and writing what is kept, one after the other: what was read must not undo what was written since. */
  #turn: Promise<unknown> = Promise.resolve();
  #uploads: Promise<unknown> = Promise.resolve();
  #failures = 0;
  #isStopped = false;

  constructor(keep: Keep, hub: Hub, events: OutboxEvents, later: Timer = (after, ms) => setTimeout(after, ms)) {
    this.#keep = keep;
    this.#hub = hub;
    this.#events = events;
    this.#later = later;
  }

  /** Read what is kept again: another tab has changed it. */
  async load(): Promise<void> {
    await this.#inTurn(async () => this.#show(await this.#keep.ops()));
  }

  /** Throws when there is no room. */
  async add(op: NewOp): Promise<void> {
    if (this.rows.length >= OPS_MAX) throw new Error('Too much waits to go out already. Please wait for a connection.');
    await this.#inTurn(async () => this.#show([...this.rows, await this.#keep.addOp(op)]));
  }

  async discard(n: number): Promise<void> {
    await this.#drop(n);
  }

  async retry(n: number): Promise<void> {
    const row = this.rows.find((each) => each.n === n);
    if (row?.kind === 'send') await this.#put({ ...row, state: 'waiting', reason: '' });
  }

  /** These are messages now, so nothing of them waits any more. `selves`: who we are, and were as a guest here. */
  async arrived(ids: ReadonlySet<string>, selves: readonly string[]): Promise<void> {
    for (const row of this.rows) {
      if (row.kind === 'send' && selves.some((self) => ids.has(`${self}:${row.id}`))) await this.#drop(row.n);
    }
  }

  /** After a crash: what came back as a message before it could be taken out. */
  async settle(selves: readonly string[]): Promise<void> {
    for (const row of this.rows) {
      if (row.kind !== 'send' || row.state !== 'safe') continue;
      const kept = await Promise.all(selves.map((self) => this.#keep.has(`${self}:${row.id}`)));
      if (kept.includes(true)) await this.#drop(row.n);
    }
  }

  /** Bring everything to the hub: each thread in its own order, so that a large file holds up only its own. */
  async flush(): Promise<void> {
    if (this.#isStopped) return;
    const threads = new Set(this.rows.filter(isDue).map((row) => row.thread));
    await Promise.all([...threads].map((thread) => this.#lane(thread)));
  }

  /** Try at once what waits for its next try, as when the connection is back. */
  hurry(): void {
    this.#waits.clear();
    this.#failures = 0;
    void this.flush();
  }

  stop(): void {
    this.#isStopped = true;
  }

  #lane(thread: string): Promise<void> {
    const running = this.#lanes.get(thread);
    if (running) return running;
    if (this.#waits.has(thread)) return Promise.resolve();
    const lane = this.#drain(thread).finally(() => this.#lanes.delete(thread));
    this.#lanes.set(thread, lane);
    return lane;
  }

  async #drain(thread: string): Promise<void> {
    for (let next = this.#next(thread); next && !this.#isStopped; next = this.#next(thread)) {
      try {
        await this.#deliver(next);
        this.#failures = 0;
      } catch (problem) {
        const refusal = problem instanceof Refusal ? problem : new Refusal(0, inWords(problem));
        if (refusal.status === 401) return this.#events.unauthorized();
        if (refusal.isPassing) return this.#tryLater(thread, refusal);
        await this.#refuse(next, refusal);
      }
    }
  }

  #next(thread: string): Op | undefined {
    return this.rows.find((row) => row.thread === thread && isDue(row));
  }

  async #deliver(op: Op): Promise<void> {
    await this.#events.introduced();
    if (op.kind === 'send') return this.#send(op);
    if (op.kind === 'edit') await this.#hub.edit(op.message, op.text);
    else if (op.kind === 'unsend') await this.#hub.unsend(op.message);
    else await this.#hub.react(op.message, op.emoji);
    // It is taken out when the changed message is here; a moment of the old one would be untrue.
    await this.#drop(op.n);
  }

  async #send(op: SendOp): Promise<void> {
    const sent = await this.#uploaded(op);
    const attachments = sent.files.map((file) => file.upload?.id ?? '');
    const wanted = { id: sent.id, text: sent.text, reply_to: sent.replyTo?.id ?? null, attachments };
    const safe = await this.#hub.send(sent.thread, wanted);
    if (this.rows.some((row) => row.n === op.n)) await this.#put({ ...sent, state: 'safe', at: safe.at ?? sent.at });
  }

  // Each file is noted as soon as it is there, so that a crash in between does not send it again.
  async #uploaded(op: SendOp): Promise<SendOp> {
    let current = op;
    for (const file of op.files) {
      if (file.upload) continue;
      const upload = await this.#upload(file);
      current = { ...current, files: current.files.map((each) => (each.key === file.key ? { ...each, upload } : each)) };
      await this.#put(current);
    }
    return current;
  }

  // The hub takes one file of a member at a time.
  #upload(file: OutFile): Promise<Attachment> {
    const upload = this.#uploads.then(() => this.#hub.upload(file.blob, file.name, (share) => this.#events.progress(file.key, share)));
    this.#uploads = upload.catch(() => {});
    return upload;
  }

  #tryLater(thread: string, refusal: Refusal): void {
    this.#waits.add(thread);
    const wait = Math.max(refusal.retryAfterMs, retryAfter(this.#failures++, Math.random()));
    this.#later(() => {
      this.#waits.delete(thread);
      void this.flush();
    }, wait);
  }

  async #refuse(op: Op, refusal: Refusal): Promise<void> {
    if (op.kind === 'send') return this.#put({ ...op, state: 'refused', reason: refusal.message });
    await this.#drop(op.n);
    this.#events.refused(refusal.message);
  }

  async #put(op: Op): Promise<void> {
    await this.#inTurn(async () => {
      this.#show(this.rows.map((row) => (row.n === op.n ? op : row)));
      await this.#keep.putOp(op);
    });
    this.#events.stored();
  }

  async #drop(n: number): Promise<void> {
    await this.#inTurn(async () => {
      this.#show(this.rows.filter((row) => row.n !== n));
      await this.#keep.dropOp(n);
    });
    this.#events.stored();
  }

  #inTurn(how: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(how);
    this.#turn = done.catch(() => {});
    return done;
  }

  #show(rows: readonly Op[]): void {
    this.rows = rows;
    this.#events.changed();
  }
}

function isDue(op: Op): boolean {
  return op.kind !== 'send' || op.state === 'waiting';
}
