// How long to wait before the next try.

export const RETRY_FIRST_MS = 500;
export const RETRY_MAX_MS = 15_000;

/** Doubles with each failure up to a limit; `chance` (0 to 1) spreads clients apart. */
export function retryAfter(failures: number, chance: number): number {
  const doubled = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** Math.min(failures, 10));
  return Math.round(doubled * (0.5 + chance / 2));
}
