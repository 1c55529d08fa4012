// Lays out a thread: days, runs of one author, the line above what is new, and what waits at the end.
import { BUSINESS, type Message } from './protocol.ts';

export const RUN_GAP_MS = 5 * 60_000;

export interface Row {
  message: Message;
  /** Names and pictures stand once for each run of messages of one author. */
  isFirst: boolean;
  isLast: boolean;
  isNewFrom: boolean;
}

export interface Day {
  key: string;
  at: number;
  rows: Row[];
}

/** `newFrom` is the id of the first message that was not read when the thread was opened, or "". */
export function days(messages: readonly Message[], newFrom: string): Day[] {
  const found: Day[] = [];
  messages.forEach((message, index) => {
    const key = new Date(message.at).toDateString();
    const before = messages[index - 1];
    const after = messages[index + 1];
    let day = found.at(-1);
    if (!day || day.key !== key) {
      day = { key, at: message.at, rows: [] };
      found.push(day);
    }
    const isNewFrom = message.id === newFrom;
    day.rows.push({
      message,
      isFirst: isNewFrom || !before || !isSameRun(before, message),
      isLast: !after || after.id === newFrom || !isSameRun(message, after),
      isNewFrom,
    });
  });
  return named(found);
}

// Clocks differ, so that a day may come twice; its name must not depend on how much stands before it.
function named(found: readonly Day[]): Day[] {
  const times = new Map<string, number>();
  return found.map((day) => {
    const time = (times.get(day.key) ?? 0) + 1;
    times.set(day.key, time);
    return time === 1 ? day : { ...day, key: `${day.key} ${time}` };
  });
}

function isSameRun(one: Message, other: Message): boolean {
  return (
    one.author === other.author &&
    (one.author !== BUSINESS || one.name === other.name) &&
    one.kind === 'text' &&
    other.kind === 'text' &&
    other.at - one.at < RUN_GAP_MS &&
    new Date(one.at).toDateString() === new Date(other.at).toDateString()
  );
}

/** The first message of others after what was read. */
export function firstNew(messages: readonly Message[], read: number, myId: string): string {
  return messages.find((each) => each.order > read && each.author !== myId && each.kind === 'text')?.id ?? '';
}

/** "A and B", "A, B and 2 more". */
export function several(names: readonly string[], shown = 2): string {
  const list = names.slice(0, shown);
  const left = names.length - list.length;
  if (left > 0) return `${list.join(', ')} and ${left} more`;
  return list.length > 1 ? `${list.slice(0, -1).join(', ')} and ${list.at(-1)}` : (list[0] ?? '');
}

export function initials(name: string): string {
  const words = name.trim().split(/\s+/u).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const letters = [words[0], words.length > 1 ? words.at(-1) : ''].map((word) => [...(word?.replace(/^[^\p{L}\p{N}]+/u, '') ?? '')][0] ?? '');
  return letters.join('').toLocaleUpperCase() || '·';
}

export function sizeWords(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1_000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/** One to three emoji and nothing else: shown large. */
export function isOnlyEmoji(text: string): boolean {
  return /^(?:\p{Extended_Pictographic}(?:\p{Emoji_Modifier}|\u{FE0F}|\u{200D}\p{Extended_Pictographic})*\s*){1,3}$/u.test(text.trim());
}
