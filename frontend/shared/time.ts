// Times as people say them: an age beside the exact time, in the reader's own zone.

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
/** What is nearer than this is "now". */
export const NOW_MS = 45 * SECOND_MS;

/** Which language times are said in: the browser's for dates and English for words, where a page does not choose. */
let language: () => string | undefined = () => undefined;

export function sayTimesIn(read: () => string | undefined): void {
  language = read;
}

/** "now", "4 min", "3 h", "2 d": how long ago `at` was. */
export function age(at: number, now: number): string {
  const passed = Math.max(0, now - at);
  if (passed < NOW_MS) return relative(0, 'second');
  return span(passed);
}

/** The largest unit that fits: "40 s", "12 min", "3 h", "5 d". */
export function span(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms < MINUTE_MS) return unit(ms / SECOND_MS, 'second');
  if (ms < HOUR_MS) return unit(ms / MINUTE_MS, 'minute');
  if (ms < 2 * DAY_MS) return unit(ms / HOUR_MS, 'hour');
  return unit(ms / DAY_MS, 'day');
}

/** Two units for a countdown: "3 h 20 min", "4 min 10 s". */
export function countdown(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms >= HOUR_MS) return `${unit(ms / HOUR_MS, 'hour')} ${unit((ms % HOUR_MS) / MINUTE_MS, 'minute')}`;
  if (ms >= MINUTE_MS) return `${unit(ms / MINUTE_MS, 'minute')} ${unit((ms % MINUTE_MS) / SECOND_MS, 'second')}`;
  return unit(ms / SECOND_MS, 'second');
}

/** "09:41" today, "Tue 09:41" this week, "3 Mar 09:41" before. */
export function clockTime(at: number, now: number): string {
  const date = new Date(at);
  const time = date.toLocaleTimeString(language(), { hour: '2-digit', minute: '2-digit' });
  if (isSameDay(at, now)) return time;
  if (now - at < 6 * DAY_MS) return `${date.toLocaleDateString(language(), { weekday: 'short' })} ${time}`;
  return `${date.toLocaleDateString(language(), { day: 'numeric', month: 'short' })} ${time}`;
}

/** The whole moment, for titles and screen readers. */
export function fullTime(at: number): string {
  return new Date(at).toLocaleString(language(), { dateStyle: 'full', timeStyle: 'medium' });
}

/** "Today", "Yesterday", "Tuesday 3 March". */
export function dayName(at: number, now: number): string {
  if (isSameDay(at, now)) return titled(relative(0, 'day'));
  if (isSameDay(at, now - DAY_MS)) return titled(relative(-1, 'day'));
  return new Date(at).toLocaleDateString(language(), { weekday: 'long', day: 'numeric', month: 'long' });
}

export function isSameDay(one: number, other: number): boolean {
  return new Date(one).toDateString() === new Date(other).toDateString();
}

type Unit = 'second' | 'minute' | 'hour' | 'day';

const SHORT: Record<Unit, string> = { second: 's', minute: 'min', hour: 'h', day: 'd' };

/** "12 min": whole units, in short. English has the signs that everybody reads at a glance. */
export function unit(amount: number, name: Unit): string {
  const whole = Math.floor(amount);
  const spoken = language() ?? 'en';
  if (spoken.startsWith('en')) return `${whole} ${SHORT[name]}`;
  const build = () => new Intl.NumberFormat(spoken, { style: 'unit', unit: name, unitDisplay: 'short' });
  return once(units, `${spoken} ${name}`, build).format(whole);
}

/** "now", "today", "yesterday" */
function relative(amount: number, name: Unit): string {
  const spoken = language() ?? 'en';
  return once(relatives, spoken, () => new Intl.RelativeTimeFormat(spoken, { numeric: 'auto' })).format(amount, name);
}

// Making one of these takes longer than a row of a list may.
const units = new Map<string, Intl.NumberFormat>();
const relatives = new Map<string, Intl.RelativeTimeFormat>();

function once<Made>(made: Map<string, Made>, name: string, build: () => Made): Made {
  const known = made.get(name) ?? build();
  made.set(name, known);
  return known;
}

function titled(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
