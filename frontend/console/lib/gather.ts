// Gathers what changed during a burst, so that a flood of events costs a few requests. After a rest the first goes at once.
import { retryAfter } from '../../shared/backoff.ts';

export const GATHER_MS = 120;

/** Where time comes from; a test has its own. */
export interface Time {
  now: () => number;
  after: (ms: number, run: () => void) => unknown;
}

const REAL: Time = { now: () => performance.now(), after: (ms, run) => setTimeout(run, ms) };

/** Collects keys and hands them over together, one handover at a time, again and again until it works. */
export class Gather {
  #keys = new Set<string>();
  #waits = false;
  #busy = false;
  #failures = 0;
  #endedAt = Number.NEGATIVE_INFINITY;
  #take: (keys: string[]) => Promise<void>;

  #time: Time;

  constructor(take: (keys: string[]) => Promise<void>, time: Time = REAL) {
    this.#take = take;
    this.#time = time;
  }

  add(key: string): void {
    this.#keys.add(key);
    this.#schedule(this.#time.now() - this.#endedAt > GATHER_MS ? 0 : GATHER_MS);
  }

  #schedule(afterMs: number): void {
    if (this.#busy || this.#waits) return;
    this.#waits = true;
    this.#time.after(afterMs, () => void this.#run());
  }

  async #run(): Promise<void> {
    this.#waits = false;
    const keys = [...this.#keys];
    this.#keys.clear();
    this.#busy = true;
    try {
      await this.#take(keys);
      this.#failures = 0;
    } catch {
      for (const key of keys) this.#keys.add(key);
      this.#failures += 1;
    } finally {
      this.#busy = false;
      this.#endedAt = this.#time.now();
    }
    if (this.#keys.size > 0) this.#schedule(this.#failures > 0 ? retryAfter(this.#failures, Math.random()) : GATHER_MS);
  }
}
