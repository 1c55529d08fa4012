// How the clocks of targets stand, in words. The hub says when something is due and what stops a clock until then; from
// that the page tells at any moment what is left.
import { clockTime, HOUR_MS, span } from '../../shared/time.ts';
import { msg, type Sentence, t } from '../languages/language.ts';
import type { Timer } from './types.ts';

export type Urgency = 'overdue' | 'soon' | 'running' | 'paused';

export const PROMISES: Record<Timer['promise'], Sentence> = {
  first: msg('first reply'),
  next: msg('next reply'),
  resolve: msg('resolved'),
};

/** What stops a clock now. */
export function stopOf(timer: Timer, now: number): Timer['still'][number] | undefined {
  return timer.still.find((each) => each.since <= now && (each.until ?? Infinity) > now);
}

/** How much of its time is left, without what does not count. */
export function leftOf(timer: Timer, now: number): number {
  if (timer.due_at === null) return timer.left_ms;
  const due = timer.due_at;
  let left = due - now;
  let at = now;
  for (const each of timer.still) {
    const [from, until] = [Math.max(at, each.since), Math.min(due, each.until ?? due)];
    if (until > from) [left, at] = [left - (until - from), until];
  }
  return left;
}

export function urgencyOf(timer: Timer, now: number): Urgency {
  if (timer.due_at !== null && timer.due_at <= now) return 'overdue';
  if (stopOf(timer, now)) return 'paused';
  return leftOf(timer, now) <= Math.min(HOUR_MS, timer.within_ms / 4) ? 'soon' : 'running';
}

export function timerWords(timer: Timer, now: number): string {
  const isEnd = timer.promise === 'resolve';
  if (timer.due_at !== null && timer.due_at <= now) {
    const time = span(now - timer.due_at);
    return isEnd ? t('Solution overdue by {time}', { time }) : t('Reply overdue by {time}', { time });
  }
  const stop = stopOf(timer, now);
  if (stop) return pausedWords(stop, now);
  const time = span(leftOf(timer, now));
  return isEnd ? t('{time} left to resolve', { time }) : t('{time} left to reply', { time });
}

function pausedWords(stop: Timer['still'][number], now: number): string {
  const time = stop.until === null ? '' : clockTime(stop.until, now);
  if (stop.why === 'closed') return t('Paused, closed until {time}', { time });
  if (stop.why === 'outage') return t('Paused, no way to reach them');
  if (stop.why === 'customer') return t('Paused, waiting for them');
  return time ? t('Paused, snoozed until {time}', { time }) : t('Paused, snoozed');
}

/** The whole of it, for those who ask. */
export function timerTitle(timer: Timer, now: number): string {
  const values = { target: timer.target, promise: t(PROMISES[timer.promise]), time: span(timer.within_ms) };
  const promised = t('{target}: {promise} within {time}', values);
  if (timer.due_at === null) return `${promised}. ${t('{time} left', { time: span(Math.max(0, timer.left_ms)) })}`;
  return `${promised}. ${t('Due {time}', { time: clockTime(timer.due_at, now) })}`;
}

/** Of a line of the story, whose detail is `first:Shop hours`. */
export function missedWords(detail: string): string {
  const [promise = '', ...name] = detail.split(':');
  const named = PROMISES[promise as Timer['promise']];
  return t('Target missed: {target}, {promise}', { target: name.join(':'), promise: named ? t(named) : promise });
}
