// What people are told about failures, now and before.
import { type Api, inWords } from './api.ts';
import { Gather } from './gather.ts';
import type { Incident } from './types.ts';

export class Incidents {
  items = $state<Incident[]>([]);
  loading = $state(true);
  problem = $state('');
  #api: Api;
  #changes = new Gather(() => this.#read());

  constructor(api: Api) {
    this.#api = api;
  }

  get current(): Incident[] {
    return this.items.filter((incident) => incident.state !== 'closed');
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
    this.items = (await this.#api.incidents('all')).items;
    this.problem = '';
  }

  /** Numbers in the ledger move without an event of their own, so changes of messages count as well. */
  changed(): void {
    this.#changes.add('incidents');
  }
}
