// The connected accounts and what the radar concludes about them.
import { type Api, inWords } from './api.ts';
import { Gather } from './gather.ts';
import type { Channel, Verdict, VerdictState } from './types.ts';

const WORST_FIRST: readonly VerdictState[] = ['down', 'partial', 'suspected', 'recovering', 'unknown', 'up'];

export class Channels {
  items = $state<Channel[]>([]);
  loading = $state(true);
  problem = $state('');
  #api: Api;
  #changes = new Gather(() => this.#read());

  constructor(api: Api) {
    this.#api = api;
  }

  async load(): Promise<void> {
    try {
      await this.#read();
    } catch (problem) {
      this.problem = inWords(problem);
      this.changed();
    } finally {
      this.loading = false;
    }
  }

  async #read(): Promise<void> {
    this.items = await this.#api.channels();
    this.problem = '';
  }

  changed(): void {
    this.#changes.add('channels');
  }

  find(id: string): Channel | undefined {
    return this.items.find((channel) => channel.id === id);
  }

  /** Whether what is sent there now would be held. */
  holds(id: string): boolean {
    return this.find(id)?.verdicts.some((verdict) => verdict.capability === 'send' && verdict.state === 'down') ?? false;
  }
}

/** The verdict that matters most to a reader. A capability that we know nothing of hides no good news. */
export function worst(verdicts: Verdict[]): VerdictState {
  const states = new Set(verdicts.map((verdict) => verdict.state));
  const found = WORST_FIRST.find((state) => states.has(state)) ?? 'unknown';
  return found === 'unknown' && states.has('up') ? 'up' : found;
}
