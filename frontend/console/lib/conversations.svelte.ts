// The list of conversations on the left of the inbox.
import { type Api, ApiError, inWords } from './api.ts';
import { Gather } from './gather.ts';
import type { Conversation } from './types.ts';

const PAGE_SIZE = 50;
const SINGLE_READS_MAX = 6;

export type StatusFilter = 'open' | 'resolved' | 'all';

export class Conversations {
  items = $state<Conversation[]>([]);
  status = $state<StatusFilter>('open');
  query = $state('');
  loading = $state(true);
  problem = $state('');
  next = $state<string | null>(null);
  #api: Api;
  #asked = 0;
  #changes = new Gather((ids) => this.#refresh(ids));
  #again = new Gather(() => this.#read());

  constructor(api: Api) {
    this.#api = api;
  }

  async load(): Promise<void> {
    const asked = this.#asked + 1;
    try {
      await this.#read();
    } catch (problem) {
      if (asked === this.#asked) this.problem = inWords(problem);
      this.#again.add('list');
    } finally {
      if (asked === this.#asked) this.loading = false;
    }
  }

  /** The newest page; an answer that a newer question has overtaken is dropped. */
  async #read(): Promise<void> {
    const asked = ++this.#asked;
    const page = await this.#api.conversations({ status: this.status, query: this.query, limit: PAGE_SIZE });
    if (asked !== this.#asked) return;
    this.items = sorted(page.items);
    this.next = page.next;
    this.problem = '';
  }

  async loadMore(): Promise<void> {
    if (!this.next) return;
    const query = { status: this.status, query: this.query, before: this.next, limit: PAGE_SIZE };
    try {
      const page = await this.#api.conversations(query);
      this.items = sorted([...this.items, ...page.items.filter((item) => !this.find(item.id))]);
      this.next = page.next;
    } catch (problem) {
      this.problem = inWords(problem);
    }
  }

  filter(status: StatusFilter): Promise<void> {
    this.status = status;
    this.loading = true;
    return this.load();
  }

  search(query: string): Promise<void> {
    this.query = query;
    return this.load();
  }

  find(id: string): Conversation | undefined {
    return this.items.find((item) => item.id === id);
  }

  /** Something about this conversation is new; what exactly is read from the hub. */
  changed(id: string): void {
    this.#changes.add(id);
  }

  take(changed: Conversation): void {
    const others = this.items.filter((item) => item.id !== changed.id);
    this.items = this.#belongs(changed) ? sorted([...others, changed]) : others;
  }

  #belongs(item: Conversation): boolean {
    return this.status === 'all' || item.status === this.status;
  }

  async #refresh(ids: string[]): Promise<void> {
    const strangers = this.query !== '' && ids.some((id) => !this.find(id));
    if (strangers || ids.length > SINGLE_READS_MAX) return this.#read();
    const read = await Promise.all(ids.map((id) => this.#readOne(id)));
    for (const item of read) if (item) this.take(item);
    this.problem = '';
  }

  async #readOne(id: string): Promise<Conversation | null> {
    try {
      return await this.#api.conversation(id);
    } catch (problem) {
      if (problem instanceof ApiError && problem.status === 404) {
        this.items = this.items.filter((item) => item.id !== id);
        return null;
      }
      throw problem;
    }
  }
}

function sorted(items: Conversation[]): Conversation[] {
  return items.toSorted((one, other) => other.last_at - one.last_at || (one.id < other.id ? 1 : -1));
}
