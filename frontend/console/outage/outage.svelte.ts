// An incident as the inbox shows it: who is unreachable, what is done, what waits for a person.
import { type Api, inWords, part } from '../lib/api.ts';
import { Gather } from '../lib/gather.ts';
import type { Reach, Step } from './types.ts';

const REST_MS = 1_000;

export class Outage {
  reach = $state<Reach | null>(null);
  steps = $state<Step[]>([]);
  problem = $state('');
  /** Counts readings, so that lists below are read anew with them. */
  seen = $state(0);
  #api: Api;
  #id: string;
  #changes = new Gather(() => this.#read());

  constructor(api: Api, id: string) {
    this.#api = api;
    this.#id = id;
  }

  /** Numbers move with every message; they are read at most about once a second. */
  changed(): void {
    this.#changes.add('outage');
  }

  async take(step: Step): Promise<void> {
    try {
      this.steps = (await this.#api.ask<{ items: Step[] }>('POST', `${this.#path}/steps/${step.step}`)).items;
      this.problem = '';
    } catch (refused) {
      this.problem = inWords(refused);
    }
    this.changed();
  }

  get #path(): string {
    return `/incidents/${part(this.#id)}`;
  }

  async #read(): Promise<void> {
    try {
      const [reach, steps] = await Promise.all([
        this.#api.ask<Reach>('GET', `${this.#path}/unreachable`),
        this.#api.ask<{ items: Step[] }>('GET', `${this.#path}/steps`),
      ]);
      this.reach = reach;
      this.steps = steps.items;
      this.problem = '';
      this.seen += 1;
    } catch (failed) {
      this.problem = inWords(failed);
      throw failed;
    }
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
  }
}
