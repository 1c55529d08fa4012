// What changes do to the threads that a page knows. Applying one twice does no harm.
import type { Change, Me, Message, Participant, Thread } from './protocol.ts';

export type Threads = ReadonlyMap<string, Thread>;

export interface Applied {
  threads: Map<string, Thread>;
  /** Those whose record is not the same any more. */
  touched: Set<string>;
  gone: string[];
  messages: Message[];
  me: Me | null;
  /** Threads that something was said of, but that are not known here. */
  unknown: Set<string>;
  /** Threads of which what was said earlier is not what it was. */
  rewritten: Set<string>;
}

export function applied(known: Threads, changes: readonly Change[], myId: string): Applied {
  const result: Applied = { threads: new Map(known), touched: new Set(), gone: [], messages: [], me: null, unknown: new Set(), rewritten: new Set() };
  for (const change of changes) {
    if (change.type === 'message') {
      takeMessage(result, change.message, myId);
    } else if (change.type === 'thread') {
      if (historyOf(result.threads.get(change.thread.id)) !== historyOf(change.thread)) result.rewritten.add(change.thread.id);
      put(result, change.thread);
      result.unknown.delete(change.thread.id);
    } else if (change.type === 'receipt') {
      takeReceipt(result, change, myId);
    } else if (change.type === 'gone') {
      result.threads.delete(change.thread);
      result.gone.push(change.thread);
    } else if (change.type === 'me') {
      result.me = change.member;
    }
  }
  return result;
}

function put(result: Applied, thread: Thread): void {
  result.threads.set(thread.id, thread);
  result.touched.add(thread.id);
}

function takeMessage(result: Applied, message: Message, myId: string): void {
  result.messages.push(message);
  const thread = result.threads.get(message.thread);
  if (!thread) {
    result.unknown.add(message.thread);
    return;
  }
  const order = thread.last?.order ?? 0;
  if (thread.last?.id === message.id) put(result, { ...thread, last: message });
  // What is older than the newest was counted when it came.
  else if (message.order >= order) put(result, { ...thread, last: message, unread: unreadAfter(thread, message, myId) });
}

function unreadAfter(thread: Thread, message: Message, myId: string): number {
  if (message.author === myId) return 0; // whoever answers has read what was there
  const isNew = message.kind === 'text' && !message.unsent && message.order > readUpTo(thread, myId);
  return thread.unread + (isNew ? 1 : 0);
}

export function historyOf(one: { history?: string } | undefined | null): string {
  return one?.history ?? '';
}

function takeReceipt(result: Applied, receipt: { thread: string; member: string; delivered: number; read: number }, myId: string): void {
  const thread = result.threads.get(receipt.thread);
  if (!thread) return;
  const members = thread.members.map((each) => (each.id === receipt.member ? furthered(each, receipt) : each));
  const isAllRead = receipt.member === myId && (!thread.last || receipt.read >= thread.last.order);
  put(result, { ...thread, members, unread: isAllRead ? 0 : thread.unread });
}

// States only move forward.
function furthered(member: Participant, receipt: { delivered: number; read: number }): Participant {
  return {
    ...member,
    delivered: Math.max(member.delivered, receipt.delivered ?? 0, receipt.read ?? 0),
    read: Math.max(member.read, receipt.read ?? 0),
  };
}

export function readUpTo(thread: Thread, myId: string): number {
  return thread.members.find((each) => each.id === myId)?.read ?? 0;
}

/** The order in which messages stand in a thread. */
export function compare(one: Pick<Message, 'order' | 'id'>, other: Pick<Message, 'order' | 'id'>): number {
  return one.order - other.order || (one.id < other.id ? -1 : one.id > other.id ? 1 : 0);
}

/** Both lists as one in order; of two with the same id the newer arrival counts. */
export function merged(known: readonly Message[], arrived: readonly Message[]): Message[] {
  if (arrived.length === 0) return known as Message[];
  const byId = new Map(arrived.map((message) => [message.id, message]));
  const kept = known.filter((message) => !byId.has(message.id));
  const added = [...byId.values()].sort(compare);
  const last = kept.at(-1);
  const first = added[0];
  if (!last || !first || compare(last, first) < 0) return [...kept, ...added];
  return [...kept, ...added].sort(compare);
}

/** Threads as they stand in the list: pinned ones first, then by what happened last. */
export function listed(threads: Iterable<Thread>): Thread[] {
  return [...threads].sort((one, other) => Number(other.pinned) - Number(one.pinned) || latest(other) - latest(one) || (one.id < other.id ? -1 : 1));
}

export function latest(thread: Thread): number {
  return thread.last?.at ?? thread.created_at;
}
