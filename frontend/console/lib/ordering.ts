// Messages in their order: as a thread shows them, by the platforms' time, and as the hub stored them.
import type { Message } from './types.ts';

export function byTime(one: Message, other: Message): number {
  return one.at - other.at || one.stored_at - other.stored_at || (one.id < other.id ? -1 : 1);
}

/** What is known with what was read: each once, as it was read last. */
export function merged(known: readonly Message[], read: readonly Message[]): Message[] {
  const byId = new Map(known.map((message) => [message.id, message]));
  for (const message of read) byId.set(message.id, message);
  return [...byId.values()].toSorted(byTime);
}

/** The newest in the hub's order. */
export function newestOf(messages: readonly Message[]): string {
  return messages.reduce<Message | null>((last, each) => (last && !isStoredAfter(each, last) ? last : each), null)?.id ?? '';
}

/** The first of so many messages from them that came last, where it is among these. */
export function firstUnread(messages: readonly Message[], unread: number): string {
  return unread > 0 ? (messages.filter((message) => message.direction === 'in').at(-unread)?.id ?? '') : '';
}

function isStoredAfter(one: Message, other: Message): boolean {
  return one.stored_at > other.stored_at || (one.stored_at === other.stored_at && one.id > other.id);
}
