// What outlives the page: threads, messages, how far we have read, and what has not gone out yet.
// In the browser's own storage, or in memory where that is blocked.
import { compare } from './changes.ts';
import type { NewOp, Op } from './outbox.ts';
import type { Message, Thread } from './protocol.ts';

const VERSION = 1;
/** Beyond this nothing older is worth its place: threads are read from the hub again. */
export const MESSAGES_MAX = 60_000;

/** What one round of changes leaves behind; it is stored whole or not at all, together with its cursor. */
export interface Taken {
  messages: readonly Message[];
  threads: readonly Thread[];
  gone: readonly string[];
  cursor: string | null;
}

/** How far back a thread is kept here without a gap: `before` asks for what is older, null at its beginning. */
export interface History {
  before: string | number | null;
  /** Which history of the thread it is, for there may be another one day. */
  mark: string;
}

type Histories = Record<string, History>;

export interface Keep {
  /** Whether it is lost with the page. */
  readonly isMemory: boolean;
  fact<Value>(name: string): Promise<Value | null>;
  setFact(name: string, value: unknown): Promise<void>;
  threads(): Promise<Thread[]>;
  take(taken: Taken): Promise<void>;
  has(messageId: string): Promise<boolean>;
  /** The latest ones before a message, oldest first. */
  messages(thread: string, before: Pick<Message, 'order' | 'id'> | null, limit: number): Promise<Message[]>;
  /** What is kept of a thread is this from now on, and how far it reaches back. */
  begin(thread: string, messages: readonly Message[], history: History): Promise<void>;
  /** The same, with what is older. */
  further(thread: string, messages: readonly Message[], history: History): Promise<void>;
  history(thread: string): Promise<History | null>;
  /** All but what has not gone out yet. */
  dropRead(): Promise<void>;
  ops(): Promise<Op[]>;
  addOp(op: NewOp): Promise<Op>;
  putOp(op: Op): Promise<void>;
  dropOp(n: number): Promise<void>;
  /** Forget everything. */
  destroy(): Promise<void>;
}

export async function openKeep(name: string): Promise<Keep> {
  try {
    const keep = new DatabaseKeep(name, await openDatabase(name));
    await keep.trim();
    return keep;
  } catch {
    return new MemoryKeep();
  }
}

class DatabaseKeep implements Keep {
  readonly isMemory = false;
  readonly #name: string;
  readonly #database: IDBDatabase;

  constructor(name: string, database: IDBDatabase) {
    this.#name = name;
    this.#database = database;
    // Another tab forgets everything: it must not wait for this one.
    database.onversionchange = () => database.close();
  }

  async fact<Value>(name: string): Promise<Value | null> {
    return ((await this.#read('facts', (store) => store.get(name))) as Value | undefined) ?? null;
  }

  setFact(name: string, value: unknown): Promise<void> {
    return this.#write(['facts'], (stores) => stores['facts']?.put(value, name));
  }

  threads(): Promise<Thread[]> {
    return this.#read('threads', (store) => store.getAll() as IDBRequest<Thread[]>);
  }

  async take(taken: Taken): Promise<void> {
    await this.#write(['facts', 'threads', 'messages'], ({ facts, threads, messages }) => {
      for (const message of taken.messages) messages?.put(message);
      for (const thread of taken.threads) threads?.put(thread);
      for (const id of taken.gone) {
        threads?.delete(id);
        dropThread(messages, id);
      }
      if (taken.cursor !== null) facts?.put(taken.cursor, 'cursor');
    });
  }

  async has(messageId: string): Promise<boolean> {
    return (await this.#read('messages', (store) => store.getKey(messageId))) !== undefined;
  }

  messages(thread: string, before: Pick<Message, 'order' | 'id'> | null, limit: number): Promise<Message[]> {
    const end = before ? [thread, before.order, before.id] : [thread, [], []];
    const range = IDBKeyRange.bound([thread, -Infinity, ''], end, true, true);
    return new Promise((resolve, reject) => {
      const found: Message[] = [];
      const request = this.#database.transaction('messages').objectStore('messages').index('place').openCursor(range, 'prev');
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        const cursor = request.result;
        if (!cursor || found.length >= limit) return resolve(found.reverse());
        found.push(cursor.value as Message);
        cursor.continue();
      };
    });
  }

  begin(thread: string, messages: readonly Message[], history: History): Promise<void> {
    return this.#write(['facts', 'messages'], (stores) => dropThread(stores['messages'], thread, () => noteHistory(stores, thread, messages, history)));
  }

  further(thread: string, messages: readonly Message[], history: History): Promise<void> {
    return this.#write(['facts', 'messages'], (stores) => noteHistory(stores, thread, messages, history));
  }

  async history(thread: string): Promise<History | null> {
    return (await this.fact<Histories>('histories'))?.[thread] ?? null;
  }

  dropRead(): Promise<void> {
    return this.#write(['facts', 'threads', 'messages'], (stores) => Object.values(stores).forEach((store) => store.clear()));
  }

  ops(): Promise<Op[]> {
    return this.#read('outbox', (store) => store.getAll() as IDBRequest<Op[]>);
  }

  async addOp(op: NewOp): Promise<Op> {
    let n = 0;
    await this.#write(['outbox'], ({ outbox }) => {
      const request = outbox?.add(op);
      request?.addEventListener('success', () => (n = Number(request.result)));
    });
    return { ...op, n } as Op;
  }

  putOp(op: Op): Promise<void> {
    // Only where it still is: another tab may have taken it out.
    return this.#write(['outbox'], ({ outbox }) => {
      const request = outbox?.getKey(op.n);
      request?.addEventListener('success', () => request.result !== undefined && outbox?.put(op));
    });
  }

  dropOp(n: number): Promise<void> {
    return this.#write(['outbox'], ({ outbox }) => outbox?.delete(n));
  }

  async destroy(): Promise<void> {
    this.#database.close();
    await asked(indexedDB.deleteDatabase(this.#name)).catch(() => {});
  }

  async trim(): Promise<void> {
    if ((await this.#read('messages', (store) => store.count())) <= MESSAGES_MAX) return;
    await this.#write(['messages', 'facts'], ({ messages, facts }) => {
      messages?.clear();
      facts?.delete('histories');
    });
  }

  #read<Value>(store: string, how: (store: IDBObjectStore) => IDBRequest<Value>): Promise<Value> {
    return asked(how(this.#database.transaction(store).objectStore(store)));
  }

  #write(names: string[], how: (stores: Record<string, IDBObjectStore>) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const transaction = this.#database.transaction(names, 'readwrite');
      transaction.oncomplete = () => resolve();
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
      how(Object.fromEntries(names.map((name) => [name, transaction.objectStore(name)])));
    });
  }
}

function openDatabase(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, VERSION);
  request.onupgradeneeded = () => {
    const database = request.result;
    database.createObjectStore('facts');
    database.createObjectStore('threads', { keyPath: 'id' });
    database.createObjectStore('messages', { keyPath: 'id' }).createIndex('place', ['thread', 'order', 'id']);
    database.createObjectStore('outbox', { keyPath: 'n', autoIncrement: true });
  };
  return asked(request);
}

function asked<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function noteHistory(stores: Record<string, IDBObjectStore>, thread: string, messages: readonly Message[], history: History): void {
  for (const message of messages) stores['messages']?.put(message);
  const request = stores['facts']?.get('histories') as IDBRequest<Histories | undefined> | undefined;
  request?.addEventListener('success', () => stores['facts']?.put({ ...request.result, [thread]: history }, 'histories'));
}

function dropThread(messages: IDBObjectStore | undefined, thread: string, then: () => void = () => {}): void {
  const request = messages?.index('place').getAllKeys(IDBKeyRange.bound([thread], [thread, []]));
  request?.addEventListener('success', () => {
    for (const key of request.result) messages?.delete(key);
    then();
  });
}

export class MemoryKeep implements Keep {
  readonly isMemory = true;
  readonly #facts = new Map<string, unknown>();
  readonly #threads = new Map<string, Thread>();
  readonly #messages = new Map<string, Message>();
  readonly #ops = new Map<number, Op>();
  #next = 1;

  async fact<Value>(name: string): Promise<Value | null> {
    return (this.#facts.get(name) as Value | undefined) ?? null;
  }

  async setFact(name: string, value: unknown): Promise<void> {
    this.#facts.set(name, value);
  }

  async threads(): Promise<Thread[]> {
    return [...this.#threads.values()];
  }

  async take(taken: Taken): Promise<void> {
    for (const message of taken.messages) this.#messages.set(message.id, message);
    for (const thread of taken.threads) this.#threads.set(thread.id, thread);
    for (const id of taken.gone) {
      this.#threads.delete(id);
      this.#dropMessages(id);
    }
    if (taken.cursor !== null) this.#facts.set('cursor', taken.cursor);
  }

  async has(messageId: string): Promise<boolean> {
    return this.#messages.has(messageId);
  }

  async messages(thread: string, before: Pick<Message, 'order' | 'id'> | null, limit: number): Promise<Message[]> {
    const ours = [...this.#messages.values()].filter((each) => each.thread === thread && (!before || compare(each, before) < 0));
    return ours.sort(compare).slice(-limit);
  }

  async begin(thread: string, messages: readonly Message[], history: History): Promise<void> {
    this.#dropMessages(thread);
    await this.further(thread, messages, history);
  }

  async further(thread: string, messages: readonly Message[], history: History): Promise<void> {
    for (const message of messages) this.#messages.set(message.id, message);
    this.#facts.set('histories', { ...(this.#facts.get('histories') as Histories | undefined), [thread]: history });
  }

  async history(thread: string): Promise<History | null> {
    return (this.#facts.get('histories') as Histories | undefined)?.[thread] ?? null;
  }

  #dropMessages(thread: string): void {
    for (const message of this.#messages.values()) if (message.thread === thread) this.#messages.delete(message.id);
  }

  async dropRead(): Promise<void> {
    this.#facts.clear();
    this.#threads.clear();
    this.#messages.clear();
  }

  async ops(): Promise<Op[]> {
    return [...this.#ops.values()];
  }

  async addOp(op: NewOp): Promise<Op> {
    const added = { ...op, n: this.#next++ } as Op;
    this.#ops.set(added.n, added);
    return added;
  }

  async putOp(op: Op): Promise<void> {
    if (this.#ops.has(op.n)) this.#ops.set(op.n, op);
  }

  async dropOp(n: number): Promise<void> {
    this.#ops.delete(n);
  }

  async destroy(): Promise<void> {
    await this.dropRead();
    this.#ops.clear();
  }
}
