// Times that people choose from: when to be reminded, when to send.
import { t } from '../languages/language.ts';
import { HOUR_MS } from '../../shared/time.ts';

const MORNING_HOUR = 9;
const MONDAY = 1;

export interface Choice {
  name: string;
  at: number;
}

/** The usual moments after `now`, in the reader's zone, the next one first. */
export function usualTimes(now: number): Choice[] {
  const evening = hourOf(now, 0, 18);
  return [
    { name: t('In an hour'), at: now + HOUR_MS },
    { name: t('In three hours'), at: now + 3 * HOUR_MS },
    ...(evening > now + HOUR_MS ? [{ name: t('This evening'), at: evening }] : []),
    { name: t('Tomorrow morning'), at: hourOf(now, 1, MORNING_HOUR) },
    { name: t('Next Monday'), at: hourOf(now, daysToMonday(now), MORNING_HOUR) },
  ].toSorted((one, other) => one.at - other.at);
}

/** What a `datetime-local` field holds, as ms; null where it holds none. */
export function fromField(text: string): number | null {
  const at = new Date(text).getTime();
  return Number.isNaN(at) ? null : at;
}

/** A time as a `datetime-local` field takes it. */
export function forField(at: number): string {
  const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

function hourOf(now: number, days: number, hour: number): number {
  const date = new Date(now);
  date.setDate(date.getDate() + days);
  return date.setHours(hour, 0, 0, 0);
}

function daysToMonday(now: number): number {
  return (MONDAY + 7 - new Date(now).getDay()) % 7 || 7;
}
