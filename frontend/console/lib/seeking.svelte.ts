// A search over everything that was said: one query, its pages, and what the hub understood of it.
import { type Api, inWords } from './api.ts';
import type { Found } from './types.ts';

const PAGE_SIZE = 30;
const TYPING_PAUSE_MS = 180;

export type SearchOrder = 'recent' | 'best';

export class Seeking {
  query = $state('');
  order = $state<SearchOrder>('recent');
  found = $state<Found | null>(null);
  problem = $state('');
  loading = $state(false);
  #api: Api;
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(api: Api) {
    this.#api = api;
  }

  /** Look for it when the typing pauses. */
  type(query: string): void {
    this.query = query;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.look(query), TYPING_PAUSE_MS);
  }

  async look(query: string, order: SearchOrder = this.order): Promise<void> {
    clearTimeout(this.#timer);
    this.query = query;
    this.order = order;
    const asked = ++this.#asked;
    if (query.trim() === '') {
      this.found = null;
      this.problem = '';
      return;
    }
    this.loading = true;
    try {
      const found = await this.#api.search({ query, order, limit: PAGE_SIZE });
      if (asked !== this.#asked) return;
      this.found = found;
      this.problem = '';
    } catch (problem) {
      if (asked === this.#asked) this.problem = inWords(problem);
    } finally {
      if (asked === this.#asked) this.loading = false;
    }
  }

  async more(): Promise<void> {
    const before = this.found?.next;
    if (!this.found || !before) return;
    const asked = this.#asked;
    try {
      const page = await this.#api.search({ query: this.query, order: this.order, before, limit: PAGE_SIZE });
      if (asked !== this.#asked) return;
      this.found = { ...page, items: [...this.found.items, ...page.items], people: this.found.people };
    } catch (problem) {
      this.problem = inWords(problem);
    }
  }
}
