// The truth about a message of one's own: one glyph and one word each, the same everywhere.
import type { Op } from './outbox.ts';
import type { Message, Thread } from './protocol.ts';
import { BUSINESS } from './protocol.ts';

export type ShownState = 'waiting' | 'safe' | 'delivered' | 'read' | 'refused';

export const STATES: Record<ShownState, { word: string; meaning: string }> = {
  waiting: { word: 'Waiting', meaning: 'Kept on this device. It goes out by itself as soon as there is a connection.' },
  safe: { word: 'Safe with us', meaning: 'Stored by the hub. It cannot be lost any more.' },
  delivered: { word: 'Delivered', meaning: 'It has arrived on a device.' },
  read: { word: 'Read', meaning: 'It has been seen.' },
  refused: { word: 'Not possible', meaning: 'It was not taken.' },
};

const RANK: ShownState[] = ['safe', 'delivered', 'read'];

/** What is known of a message that its author is shown. A group's message is read once all others have read it. */
export function stateOf(message: Message, thread: Thread | null, myId: string): ShownState {
  if (message.state === 'refused') return 'refused';
  const others = thread?.members.filter((each) => each.id !== myId) ?? [];
  const told = message.state ?? 'safe';
  let heard: ShownState = 'safe';
  if (others.length > 0 && others.every((each) => each.read >= message.order)) heard = 'read';
  else if (others.length > 0 && others.every((each) => each.delivered >= message.order)) heard = 'delivered';
  return RANK.indexOf(heard) > RANK.indexOf(told) ? heard : told;
}

/** "Read by 2 of 4", for groups; empty where the word alone says it. */
export function readBy(message: Message, thread: Thread | null, myId: string): string {
  if (thread?.kind !== 'group') return '';
  const others = thread.members.filter((each) => each.id !== myId);
  const count = others.filter((each) => each.read >= message.order).length;
  return count > 0 && count < others.length ? `Read by ${count} of ${others.length}` : '';
}

/** Whether what is written now may still be changed. */
export function mayEdit(message: Message, myId: string, now: number, editSeconds: number): boolean {
  return message.author === myId && !message.unsent && message.kind === 'text' && now - message.at < editSeconds * 1_000;
}

/** A message as it will be once everything that waits has gone out. */
export function withWaiting(message: Message, ops: readonly Op[], myId: string): Message {
  let shown = message;
  for (const op of ops) {
    if (op.kind === 'send' || op.message !== message.id) continue;
    if (op.kind === 'edit') shown = { ...shown, text: op.text, edited_at: shown.edited_at ?? op.at };
    if (op.kind === 'unsend') shown = { ...shown, text: '', attachments: [], preview: null, unsent: true };
    if (op.kind === 'react') shown = { ...shown, reactions: withReaction(shown.reactions ?? [], myId, op.emoji) };
  }
  return shown;
}

export function withReaction(reactions: readonly { emoji: string; members: string[] }[], member: string, emoji: string) {
  const others = reactions.map((each) => ({ ...each, members: each.members.filter((id) => id !== member) }));
  const found = others.find((each) => each.emoji === emoji);
  if (found) found.members.push(member);
  else if (emoji) others.push({ emoji, members: [member] });
  return others.filter((each) => each.members.length > 0);
}

/** One line for the list of threads. */
export function gist(message: Message | null, myId: string, isGroup: boolean): string {
  if (!message) return '';
  if (message.kind === 'event') return message.text;
  const text = message.unsent ? 'Message withdrawn' : message.text || attachmentWord(message);
  if (message.author === myId) return `You: ${text}`;
  const name = message.author === BUSINESS ? message.name : isGroup ? message.name : '';
  return name ? `${name}: ${text}` : text;
}

const ATTACHMENT_WORDS = { picture: 'Picture', video: 'Video', voice: 'Voice message', file: 'File' };

function attachmentWord(message: Message): string {
  const first = message.attachments?.[0];
  if (!first) return '';
  const count = message.attachments?.length ?? 1;
  const word = ATTACHMENT_WORDS[first.kind] ?? 'File';
  return count > 1 ? `${word} and ${count - 1} more` : word;
}
