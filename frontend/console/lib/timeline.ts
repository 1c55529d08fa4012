// What a thread shows, in the order of time: messages, notes beside them, and what was decided.
import { DAY_MS } from '../../shared/time.ts';
import type { Outgoing } from './outgoing.ts';
import type { LaterReply, Message, Note, StoryLine } from './types.ts';

export type Entry =
  | { kind: 'message'; key: string; at: number; message: Message }
  | { kind: 'note'; key: string; at: number; note: Note }
  | { kind: 'story'; key: string; at: number; lines: StoryLine[] };

/** One line of the thread as it is drawn. */
export type Row =
  | Entry
  | { kind: 'day'; key: string; at: number }
  | { kind: 'new'; key: string }
  | { kind: 'later'; key: string; later: LaterReply }
  | { kind: 'outgoing'; key: string; reply: Outgoing };

const TOGETHER_MS = 60_000;

/** Notes and decisions from before the oldest message that is shown, or after the newest, wait until it is. */
export function timeline(messages: readonly Message[], notes: Note[], story: StoryLine[], hasOlder: boolean, hasNewer: boolean): Entry[] {
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

/**
 * The entries with a line where a day begins, and one before what is new. A day's line is named after the entry before
 * it, so that no line that is there changes when older entries come; the first day is named once nothing is older.
 */
export function inDays(entries: Entry[], newFrom: string, hasOlder: boolean): Row[] {
  const rows: Row[] = [];
  let before = hasOlder ? null : 'begin';
  let day = { from: 0, to: 0 };
  for (const entry of entries) {
    if (entry.at < day.from || entry.at >= day.to) {
      day = dayOf(entry.at);
      if (before !== null) rows.push({ kind: 'day', key: `day-${before}`, at: entry.at });
    }
    if (entry.key === newFrom) rows.push({ kind: 'new', key: 'new' });
    rows.push(entry);
    before = entry.key;
  }
  return rows;
}

/** Asking for a date costs more than comparing, and a long thread has few days. */
function dayOf(at: number): { from: number; to: number } {
  const date = new Date(at);
  const from = new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  const to = new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime();
  return { from, to: to > from ? to : from + DAY_MS };
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
