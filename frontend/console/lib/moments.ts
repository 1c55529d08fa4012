// Times as form fields have them, in the reader's zone, and lengths of time in words.
import { DAY_MS, HOUR_MS, MINUTE_MS, unit } from '../../shared/time.ts';
import { locale, t } from '../languages/language.ts';

/** "2026-11-30T09:30", as an input of the kind datetime-local takes it. */
export function toField(at: number): string {
  const local = new Date(at - new Date(at).getTimezoneOffset() * MINUTE_MS);
  return local.toISOString().slice(0, 16);
}

/** Milliseconds, or NaN where the field is empty or no moment. */
export function fromField(text: string): number {
  return new Date(text).getTime();
}

/** The beginning of the hour after the next. */
export function soon(now: number): number {
  return Math.ceil(now / HOUR_MS) * HOUR_MS + HOUR_MS;
}

/** "45 min", "1 h 30 min", "2 d 4 h". */
export function lasting(ms: number): string {
  const days = Math.floor(ms / DAY_MS);
  const hours = Math.floor((ms % DAY_MS) / HOUR_MS);
  const minutes = Math.round((ms % HOUR_MS) / MINUTE_MS);
  const parts = [days && unit(days, 'day'), hours && unit(hours, 'hour'), minutes && unit(minutes, 'minute')];
  return parts.filter(Boolean).join(' ') || unit(0, 'minute');
}

/** "Mon 30 Nov, 09:30" and its end, with the day only once where it is the same. */
export function span(starts: number, ends: number): string {
  const day = (at: number) => new Date(at).toLocaleDateString(locale(), { weekday: 'short', day: 'numeric', month: 'short' });
  const time = (at: number) => new Date(at).toLocaleTimeString(locale(), { hour: '2-digit', minute: '2-digit' });
  const end = day(starts) === day(ends) ? time(ends) : `${day(ends)}, ${time(ends)}`;
  return t('{from} to {until}', { from: `${day(starts)}, ${time(starts)}`, until: end });
}

/** Whose time it is: "Europe/Amsterdam". */
export const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;
