// Gathers what changed during a burst, so that a flood of events costs a few requests.

export const GATHER_MS = 120;

/** Collects keys and hands them over together, never two handovers at once. */
export class Gather {
  #keys = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #busy = false;
  #take: (keys: string[]) => Promise<void>;

  constructor(take: (keys: string[]) => Promise<void>) {
    this.#take = take;
  }

  add(key: string): void {
    this.#keys.add(key);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#busy || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => void this.#run(), GATHER_MS);
  }

  async #run(): Promise<void> {
    this.#timer = undefined;
    const keys = [...this.#keys];
    this.#keys.clear();
    this.#busy = true;
    try {
      await this.#take(keys);
    } finally {
      this.#busy = false;
      if (this.#keys.size > 0) this.#schedule();
    }
  }
}
