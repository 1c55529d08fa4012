// Gathers what changed during a burst, so that a flood of events costs a few requests.
import { retryAfter } from '../../shared/backoff.ts';

export const GATHER_MS = 120;

/** Collects keys and hands them over together, one handover at a time, again and again until it works. */
export class Gather {
  #keys = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #busy = false;
  #failures = 0;
  #take: (keys: string[]) => Promise<void>;

  constructor(take: (keys: string[]) => Promise<void>) {
    this.#take = take;
  }

  add(key: string): void {
    this.#keys.add(key);
    this.#schedule(GATHER_MS);
  }

  #schedule(afterMs: number): void {
    if (this.#busy || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => void this.#run(), afterMs);
  }

  async #run(): Promise<void> {
    this.#timer = undefined;
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
    }
    if (this.#keys.size > 0) this.#schedule(this.#failures > 0 ? retryAfter(this.#failures, Math.random()) : GATHER_MS);
  }
}
