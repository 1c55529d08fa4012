// What outlives the page: who the visitor is, and what they wrote that is not safe yet.
import type { Visitor } from './direct.ts';

export const OUTBOX_MAX = 200;

export interface Unsent {
  id: string;
  text: string;
  at: number;
}

interface Kept {
  visitor: Visitor | null;
  outbox: Unsent[];
  seen: number;
}

/** Keeps to the browser's storage, or to memory where that is blocked. Reads before each change: tabs share it. */
export class Keep {
  readonly #key: string;
  #memory: Kept = { visitor: null, outbox: [], seen: 0 };

  constructor(key: string) {
    this.#key = key;
  }

  get visitor(): Visitor | null {
    return this.#read().visitor;
  }

  set visitor(visitor: Visitor | null) {
    this.#change((kept) => ({ ...kept, visitor, seen: 0 }));
  }

  get outbox(): Unsent[] {
    return this.#read().outbox;
  }

  get seen(): number {
    return this.#read().seen;
  }

  set seen(at: number) {
    this.#change((kept) => ({ ...kept, seen: Math.max(kept.seen, at) }));
  }

  add(message: Unsent): void {
    this.#change((kept) => ({ ...kept, outbox: [...kept.outbox, message].slice(-OUTBOX_MAX) }));
  }

  remove(id: string): void {
    this.#change((kept) => ({ ...kept, outbox: kept.outbox.filter((message) => message.id !== id) }));
  }

  #change(how: (kept: Kept) => Kept): void {
    this.#memory = how(this.#read());
    try {
      localStorage.setItem(this.#key, JSON.stringify(this.#memory));
    } catch {
      // Blocked or full: memory has it while the page is open.
    }
  }

  #read(): Kept {
    try {
      const text = localStorage.getItem(this.#key);
      return text === null ? this.#memory : { ...this.#memory, ...(JSON.parse(text) as Partial<Kept>) };
    } catch {
      return this.#memory;
    }
  }
}
