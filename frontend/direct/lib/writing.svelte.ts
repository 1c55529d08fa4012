// What is written here: kept before anything is sent, and shown as waiting until the hub has it.
import { newId } from '../../shared/ids.ts';
import { dropEarly, earlyOnes } from './early.ts';
import { type Hub, inWords } from './hub.ts';
import { type Keep, MemoryKeep } from './keep.ts';
import { type NewOp, type Op, type OutboxEvents, type OutFile, Outbox } from './outbox.ts';
import type { ReplyTo } from './protocol.ts';

const EARLY = 'holdfast.direct.early';

export interface WritingEvents extends Omit<OutboxEvents, 'changed'> {
  /** Resolves once the place is open where it is kept. */
  opened(): Promise<void>;
  /** Somebody writes here, and is to be known again. */
  begun(): void;
  /** What was being written in a thread is written. */
  written(thread: string): void;
  /** Something is to be sent, or not any more. */
  added(): void;
  tell(sentence: string): void;
}

export class Writing {
  ops = $state.raw<readonly Op[]>([]);
  progress = $state.raw<ReadonlyMap<string, number>>(new Map());
  /** What waits, and the road to the hub. */
  outbox: Outbox;
  readonly #hub: Hub;
  readonly #events: WritingEvents;

  constructor(hub: Hub, events: WritingEvents) {
    this.#hub = hub;
    this.#events = events;
    this.outbox = this.#newOutbox(new MemoryKeep());
  }

  async open(keep: Keep): Promise<void> {
    this.outbox = this.#newOutbox(keep);
    await this.outbox.load();
    await this.#takeEarly();
    if (window.holdfastOpened) window.holdfastOpened.written = () => void this.#takeEarly();
  }

  /** Another tab has changed what waits; whoever leads sends it. */
  async readAgain(leads: boolean): Promise<void> {
    await this.outbox.load();
    if (leads) await this.outbox.flush();
  }

  send(thread: string, text: string, replyTo: ReplyTo | null, files: OutFile[]): Promise<boolean> {
    this.#events.written(thread);
    return this.#add({ kind: 'send', thread, id: newId(), text, replyTo, files, at: Date.now(), state: 'waiting', reason: '' });
  }

  edit(thread: string, message: string, text: string): Promise<boolean> {
    return this.#add({ kind: 'edit', thread, message, text, at: Date.now() });
  }

  unsend(thread: string, message: string): Promise<boolean> {
    return this.#add({ kind: 'unsend', thread, message, at: Date.now() });
  }

  react(thread: string, message: string, emoji: string): Promise<boolean> {
    return this.#add({ kind: 'react', thread, message, emoji, at: Date.now() });
  }

  async retry(op: Op): Promise<void> {
    await this.outbox.retry(op.n);
    this.#events.added();
  }

  async discard(op: Op): Promise<void> {
    await this.outbox.discard(op.n);
    this.#events.added();
  }

  progressed(key: string, share: number): void {
    this.progress = new Map(this.progress).set(key, share);
  }

  // What was sent before this was here. One tab takes it over; it is forgotten there only once it is kept here.
  async #takeEarly(): Promise<void> {
    if (earlyOnes().length === 0) return;
    const taking = async () => {
      for (const { id, thread, text, at } of earlyOnes()) {
        const isKept = this.ops.some((op) => op.kind === 'send' && op.id === id);
        const op: NewOp = { kind: 'send', thread, id, text, replyTo: null, files: [], at, state: 'waiting', reason: '' };
        if (isKept || (await this.#store(op))) dropEarly(new Set([id]));
      }
    };
    await (navigator.locks?.request(EARLY, taking) ?? taking());
  }

  async #add(op: NewOp): Promise<boolean> {
    await this.#events.opened();
    return this.#store(op);
  }

  async #store(op: NewOp): Promise<boolean> {
    try {
      this.#events.begun();
      await this.outbox.add(op);
    } catch (problem) {
      this.#events.tell(inWords(problem));
      return false;
    }
    this.#events.added();
    return true;
  }

  #newOutbox(keep: Keep): Outbox {
    return new Outbox(keep, this.#hub, {
      ...this.#events,
      changed: () => (this.ops = this.outbox.rows),
      progress: (key, share) => {
        this.progressed(key, share);
        this.#events.progress(key, share);
      },
    });
  }
}
