// What outlives the page: who the guest is, what they wrote and told that is not safe yet, and how far they have read.
import type { Answers, Guest } from './direct.ts';

export const OUTBOX_MAX = 200;

export interface Unsent {
  id: string;
  text: string;
  at: number;
}

interface Kept {
  guest: Guest | null;
  outbox: Unsent[];
  /** Told before the first message, and not with the hub yet. */
  answers: Answers | null;
  answered: boolean;
  seen: number;
}

const NOTHING: Kept = { guest: null, outbox: [], answers: null, answered: false, seen: 0 };

/** Keeps to the browser's storage, or to memory where that is blocked. Reads before each change: tabs share it. */
export class Keep {
  readonly #key: string;
  #memory: Kept = NOTHING;

  constructor(key: string) {
    this.#key = key;
  }

  get guest(): Guest | null {
    return this.#read().guest;
  }

  set guest(guest: Guest | null) {
    this.#change((kept) => ({ ...kept, guest, seen: guest?.id === kept.guest?.id ? kept.seen : 0 }));
  }

  get outbox(): Unsent[] {
    return this.#read().outbox;
  }

  get answers(): Answers | null {
    return this.#read().answers;
  }

  /** Null once the hub has them. */
  set answers(answers: Answers | null) {
    this.#change((kept) => ({ ...kept, answers, answered: true }));
  }

  get answered(): boolean {
    return this.#read().answered;
  }

  /** Ask anew: the hub did not take what was told. */
  askAgain(): void {
    this.#change((kept) => ({ ...kept, answers: null, answered: false }));
  }

  get seen(): number {
    return this.#read().seen;
  }

  set seen(order: number) {
    this.#change((kept) => ({ ...kept, seen: Math.max(kept.seen, order) }));
  }

  add(message: Unsent): void {
    this.#change((kept) => ({ ...kept, outbox: [...kept.outbox, message].slice(-OUTBOX_MAX) }));
  }

  remove(id: string): void {
    this.#change((kept) => ({ ...kept, outbox: kept.outbox.filter((message) => message.id !== id) }));
  }

  /** Call back when another tab has changed something. */
  onOther(changed: () => void): void {
    window.addEventListener('storage', (event) => {
      if (event.key === this.#key) changed();
    });
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
      return text === null ? this.#memory : { ...NOTHING, ...(JSON.parse(text) as Partial<Kept>) };
    } catch {
      return this.#memory;
    }
  }
}
