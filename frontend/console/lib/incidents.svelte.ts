// What people are told about failures, now and before.
import { type Api, inWords } from './api.ts';
import { Gather } from './gather.ts';
import type { Closing } from '../outage/types.ts';
import type { Incident } from './types.ts';

const TOLD_MS = 7 * 86_400_000;

export class Incidents {
  items = $state<Incident[]>([]);
  /** How those of the last week ended, but for what whoever looks has put away. */
  closings = $state<Closing[]>([]);
  loading = $state(true);
  problem = $state('');
  #api: Api;
  #changes = new Gather(() => this.#read());

  constructor(api: Api) {
    this.#api = api;
  }

  /** Whether numbers that are shown may move with a message. */
  get isMoving(): boolean {
    return this.current.length > 0 || this.closings.some((card) => card.waiting + card.in_doubt > 0);
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
    this.closings = this.items.some((each) => Date.now() - (each.closed_at ?? 0) < TOLD_MS)
      ? (await this.#api.ask<{ items: Closing[] }>('GET', '/incidents/over')).items
      : [];
    this.problem = '';
  }

  /** Put a card away for whoever looks; it is gone at once, and comes back where the hub could not be told. */
  async dismiss(id: string): Promise<void> {
    this.closings = this.closings.filter((card) => card.incident_id !== id);
    await this.#api.ask<void>('POST', `/incidents/${encodeURIComponent(id)}/dismiss`).catch(() => this.changed());
  }

  /** Numbers in the ledger move without an event of their own, so changes of messages count as well. */
  changed(): void {
    this.#changes.add('incidents');
  }
}
