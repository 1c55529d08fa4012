// The threads that are known here and what was said in each: taken in change by change, and kept.
import { applied, historyOf, listed, type Threads as ById } from './changes.ts';
import { type Hub, inWords, type ThreadChange } from './hub.ts';
import { type Keep, MemoryKeep } from './keep.ts';
import type { Change, Me, Message, Thread } from './protocol.ts';
import { Talk } from './talk.svelte.ts';

const DRAFT_MS = 1_500;

export interface ThreadsEvents {
  myId(): string;
  /** One tab reads for all. */
  isLeader(): boolean;
  /** Something was taken in here, and is to be told to the other tabs. */
  took(changes: Change[], cursor: string): void;
  /** Messages are here now, through whichever tab they came. */
  arrived(messages: readonly Message[]): void;
  tookMe(me: Me): void;
  /** This device keeps everything up to an order. */
  delivered(thread: string, upto: number): void;
  tell(sentence: string): void;
}

export class Threads {
  byId = $state.raw<ById>(new Map());
  /** They have been read at least once, so that an empty list is true. */
  isRead = $state(false);
  before = $state.raw<string | number | null>(null);
  /** Another one when everything that was read belongs to somebody else. */
  epoch = $state(0);
  readonly list = $derived(listed(this.byId.values()));

  keep: Keep = new MemoryKeep();
  cursor = '';
  readonly #hub: Hub;
  readonly #events: ThreadsEvents;
  #talks = new Map<string, Talk>();
  #taking: Promise<void> = Promise.resolve();
  #draftTimers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(hub: Hub, events: ThreadsEvents) {
    this.#hub = hub;
    this.#events = events;
  }

  /** What is kept here of what was read before; `isAnew` when it may be somebody else's. */
  async open(keep: Keep, isAnew: boolean): Promise<void> {
    this.keep = keep;
    if (isAnew) this.#forgetTalks();
    this.cursor = '';
    await this.readCursor();
    this.before = await keep.fact<string>('before');
    this.byId = new Map((await keep.threads()).map((thread) => [thread.id, thread]));
    this.isRead = this.cursor !== '';
  }

  /** Another tab may have gone further. */
  async readCursor(): Promise<void> {
    this.cursor = (await this.keep.fact<string>('cursor')) ?? this.cursor;
  }

  /** All that was read is somebody else's. */
  async forgetAll(): Promise<void> {
    await this.keep.dropRead();
    this.byId = new Map();
    this.#forgetTalks();
  }

  talk(id: string): Talk {
    let talk = this.#talks.get(id);
    if (!talk) {
      talk = new Talk(id, this.#hub, () => this.keep, () => historyOf(this.byId.get(id)));
      this.#talks.set(id, talk);
    }
    return talk;
  }

  /** A thread that was made or changed by a call of ours. */
  took(thread: Thread): void {
    this.takeAndTell([{ type: 'thread', thread }], '');
  }

  forget(thread: string): void {
    this.takeAndTell([{ type: 'gone', thread }], '');
  }

  /** Shown at once, and taken back where the hub does not want it. */
  async change(id: string, change: ThreadChange): Promise<void> {
    const before = this.byId.get(id);
    if (before) this.took({ ...before, ...change });
    try {
      const thread = await this.#hub.changeThread(id, change);
      if (thread) this.took(thread);
    } catch (problem) {
      if (before) this.took(before);
      this.#events.tell(inWords(problem));
    }
  }

  /** Kept here at once, and told to the hub when the hand rests. */
  keepDraft(id: string, draft: string): void {
    const thread = this.byId.get(id);
    if (!thread || thread.draft === draft) return;
    this.took({ ...thread, draft });
    clearTimeout(this.#draftTimers.get(id));
    const telling = () => void this.#hub.changeThread(id, { draft }).catch(() => {});
    this.#draftTimers.set(id, setTimeout(telling, DRAFT_MS));
  }

  /** The newest page of them, from which on everything comes as changes. */
  async read(): Promise<void> {
    const page = await this.#hub.threads(null);
    for (const talk of this.#talks.values()) talk.doubt();
    this.before = page.before ?? null;
    await this.keep.setFact('before', this.before);
    const isAgain = this.isRead;
    this.takeAndTell(page.threads.map((thread) => ({ type: 'thread', thread })), page.cursor);
    await this.#taking;
    this.isRead = true;
    if (isAgain) for (const talk of this.#talks.values()) if (talk.isOpen) void talk.open();
  }

  async readOlder(): Promise<void> {
    const page = await this.#hub.threads(this.before);
    this.before = page.before ?? null;
    this.takeAndTell(page.threads.map((thread) => ({ type: 'thread', thread })), '');
  }

  /** There is a line again: what could not be read is tried once more. */
  readMissed(): void {
    for (const talk of this.#talks.values()) if (talk.problem) void talk.open();
  }

  takeAndTell(changes: Change[], cursor: string): void {
    this.take(changes, cursor);
    this.#events.took(changes, cursor);
    const threads = [...this.byId.values()].filter((each) => changes.some((change) => threadOf(change) === each.id));
    const messages = changes.flatMap((change) => (change.type === 'message' ? [change.message] : []));
    const gone = changes.flatMap((change) => (change.type === 'gone' ? [change.thread] : []));
    this.#taking = this.#taking
      .then(() => this.keep.take({ messages, threads, gone, cursor: cursor || null }))
      .then(() => this.#tellDelivered(threads))
      .catch(() => {});
  }

  take(changes: readonly Change[], cursor: string): void {
    if (cursor) this.cursor = cursor;
    if (changes.length === 0) return;
    const result = applied(this.byId, changes, this.#events.myId());
    this.byId = result.threads;
    for (const talk of this.#talks.values()) {
      talk.take(result.messages);
      if (result.rewritten.has(talk.id)) void talk.rewritten();
    }
    if (result.me) this.#events.tookMe(result.me);
    this.#events.arrived(result.messages);
    if (this.#events.isLeader()) for (const id of result.unknown) void this.#readOne(id);
  }

  async #readOne(id: string): Promise<void> {
    const thread = await this.#hub.thread(id).catch(() => null);
    if (thread) this.took(thread);
  }

  #tellDelivered(threads: readonly Thread[]): void {
    const myId = this.#events.myId();
    if (!this.#events.isLeader()) return;
    for (const { id, state, last, members } of threads) {
      const mine = members.find((each) => each.id === myId);
      if (state !== 'open' || !last || last.author === myId || !mine || mine.delivered >= last.order) continue;
      this.#events.delivered(id, last.order);
    }
  }

  #forgetTalks(): void {
    this.#talks = new Map();
    this.epoch += 1;
  }
}

function threadOf(change: Change): string {
  if (change.type === 'message' || change.type === 'receipt') return change.thread;
  return change.type === 'thread' ? change.thread.id : '';
}
