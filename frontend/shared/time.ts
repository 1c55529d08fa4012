// Times as people say them: an age beside the exact time, in the reader's own zone.

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** "now", "4 min", "3 h", "2 d": how long ago `at` was. */
export function age(at: number, now: number): string {
  const passed = Math.max(0, now - at);
  if (passed < 45 * SECOND_MS) return 'now';
  return span(passed);
}

/** The largest unit that fits: "40 s", "12 min", "3 h", "5 d". */
export function span(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms < MINUTE_MS) return `${Math.floor(ms / SECOND_MS)} s`;
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`;
  if (ms < 2 * DAY_MS) return `${Math.floor(ms / HOUR_MS)} h`;
  return `${Math.floor(ms / DAY_MS)} d`;
}

/** Two units for a countdown: "3 h 20 min", "4 min 10 s". */
export function countdown(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms >= HOUR_MS) return `${Math.floor(ms / HOUR_MS)} h ${Math.floor((ms % HOUR_MS) / MINUTE_MS)} min`;
  if (ms >= MINUTE_MS) return `${Math.floor(ms / MINUTE_MS)} min ${Math.floor((ms % MINUTE_MS) / SECOND_MS)} s`;
  return `${Math.floor(ms / SECOND_MS)} s`;
}

/** "09:41" today, "Tue 09:41" this week, "3 Mar 09:41" before. */
export function clockTime(at: number, now: number): string {
  const date = new Date(at);
  const time = date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  if (isSameDay(at, now)) return time;
  if (now - at < 6 * DAY_MS) return `${date.toLocaleDateString([], { weekday: 'short' })} ${time}`;
  return `${date.toLocaleDateString([], { day: 'numeric', month: 'short' })} ${time}`;
}

/** The whole moment, for titles and screen readers. */
export function fullTime(at: number): string {
  return new Date(at).toLocaleString([], { dateStyle: 'full', timeStyle: 'medium' });
}

/** "Today", "Yesterday", "Tuesday 3 March". */
export function dayName(at: number, now: number): string {
  if (isSameDay(at, now)) return 'Today';
  if (isSameDay(at, now - DAY_MS)) return 'Yesterday';
  return new Date(at).toLocaleDateString([], { weekday: 'long', day: 'numeric', month: 'long' });
}

export function isSameDay(one: number, other: number): boolean {
  return new Date(one).toDateString() === new Date(other).toDateString();
}
