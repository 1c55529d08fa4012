// How figures are written: lengths of time, changes, times of the business.
import { locale, number, t } from '../languages/language.ts';
import { countdown } from '../../shared/time.ts';
import type { Unit } from './types.ts';

export const DASH = '–';
const DAY_MS = 86_400_000;

export function length(ms: number | null): string {
  if (ms === null) return DASH;
  return ms >= 2 * DAY_MS ? t('{n} days', { n: Math.round((ms / DAY_MS) * 10) / 10 }) : countdown(ms);
}

/** "+12 %", "−5 %"; empty where there is nothing to compare with. */
export function change(now: number | null, before: number | null): string {
  if (now === null || !before) return '';
  return number((now - before) / before, { style: 'percent', maximumFractionDigits: 0, signDisplay: 'exceptZero' });
}

/** When an hour, day or week begins, by the business's clocks. */
export function beginning(at: number, unit: Unit, zone: string): string {
  const day = { day: 'numeric', month: 'short', timeZone: zone } as const;
  const shape = unit === 'hour' ? ({ ...day, hour: '2-digit', minute: '2-digit' } as const) : ({ ...day, weekday: 'short' } as const);
  return new Intl.DateTimeFormat(locale(), unit === 'week' ? day : shape).format(at);
}

/** Monday first. */
export function weekdays(): string[] {
  const names = new Intl.DateTimeFormat(locale(), { weekday: 'short', timeZone: 'UTC' });
  const monday = Date.UTC(2024, 0, 1);
  return Array.from({ length: 7 }, (_, day) => names.format(monday + day * DAY_MS));
}

/** A round number at or above a value, for the top of an axis. */
export function roundUp(value: number): number {
  if (value <= 4) return 4;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 5, 8, 10].map((step) => step * power).find((step) => step >= value) ?? value;
}
