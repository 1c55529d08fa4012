// What a thread shows, in the order of time: messages, notes beside them, and what was decided.
import type { Message, Note, StoryLine } from './types.ts';

export type Entry =
  | { kind: 'message'; key: string; at: number; message: Message }
  | { kind: 'note'; key: string; at: number; note: Note }
  | { kind: 'story'; key: string; at: number; lines: StoryLine[] };

const TOGETHER_MS = 60_000;

/** Notes and decisions from before the oldest message that is shown, or after the newest, wait until it is. */
export function timeline(messages: Message[], notes: Note[], story: StoryLine[], hasOlder: boolean, hasNewer: boolean): Entry[] {
  const from = hasOlder ? (messages[0]?.at ?? 0) : 0;
  const to = hasNewer ? (messages.at(-1)?.at ?? 0) : Infinity;
  const isShown = (each: { at: number }) => each.at >= from && each.at <= to;
  const entries: Entry[] = [
    ...messages.map((message) => ({ kind: 'message' as const, key: message.id, at: message.at, message })),
    ...notes.filter(isShown).map((note) => ({ kind: 'note' as const, key: note.id, at: note.at, note })),
    ...gathered(story.filter(isShown)),
  ];
  return entries.toSorted((one, other) => one.at - other.at);
}

/** A target that was missed is told by itself. */
const MISSED = 'target_missed';

/** What one person decided within a minute is told together. */
function gathered(story: StoryLine[]): Entry[] {
  const entries: { kind: 'story'; key: string; at: number; lines: StoryLine[] }[] = [];
  for (const line of story) {
    const last = entries.at(-1);
    const before = last?.lines.at(-1);
    if (last && before && before.who === line.who && line.kind !== MISSED && before.kind !== MISSED && line.at - before.at < TOGETHER_MS) last.lines.push(line);
    else entries.push({ kind: 'story', key: line.id, at: line.at, lines: [line] });
  }
  return entries;
}
