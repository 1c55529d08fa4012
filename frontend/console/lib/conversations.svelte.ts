// The list of conversations on the left of the inbox: a view, its order, and which of them are chosen.
import { type Api, ApiError, inWords } from './api.ts';
import { HOUR_MS } from '../../shared/time.ts';
import { Gather } from './gather.ts';
import type { Conversation, ViewFilter } from './types.ts';

const PAGE_SIZE = 50;
const SINGLE_READS_MAX = 6;
const ORDER_KEY = 'holdfast.order';

/** Who waits comes first, the most urgent before the others; or simply the latest first. */
export type Order = 'answer' | 'latest';

export class Conversations {
  items = $state<Conversation[]>([]);
  filter = $state<ViewFilter>({ status: 'open' });
  order = $state<Order>(keptOrder());
  query = $state('');
  loading = $state(true);
  problem = $state('');
  next = $state<string | null>(null);
  chosen = $state<string[]>([]);
  /** The signed-in agent, whom `me` in a filter means. */
  me = '';
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
    const page = await this.#api.conversations(this.#wanted, { order: this.order, limit: PAGE_SIZE });
    if (asked !== this.#asked) return;
    this.items = this.#sorted(page.items);
    this.next = page.next;
    this.problem = '';
    this.chosen = this.chosen.filter((id) => this.find(id));
  }

  async loadMore(): Promise<void> {
    if (!this.next) return;
    try {
      const page = await this.#api.conversations(this.#wanted, { order: this.order, before: this.next, limit: PAGE_SIZE });
      this.items = this.#sorted([...this.items, ...page.items.filter((item) => !this.find(item.id))]);
      this.next = page.next;
    } catch (problem) {
      this.problem = inWords(problem);
    }
  }

  show(filter: ViewFilter): Promise<void> {
    this.filter = filter;
    this.query = filter.query ?? '';
    this.chosen = [];
    this.loading = true;
    return this.load();
  }

  arrange(order: Order): Promise<void> {
    this.order = order;
    try {
      localStorage.setItem(ORDER_KEY, order);
    } catch {
      // Storage is blocked: the order holds while the page is open.
    }
    return this.load();
  }

  search(query: string): Promise<void> {
    this.query = query;
    return this.load();
  }

  find(id: string): Conversation | undefined {
    return this.items.find((item) => item.id === id);
  }

  choose(id: string): void {
    this.chosen = this.chosen.includes(id) ? this.chosen.filter((each) => each !== id) : [...this.chosen, id];
  }

  /** Something about this conversation is new; what exactly is read from the hub. */
  changed(id: string): void {
    this.#changes.add(id);
  }

  take(changed: Conversation): void {
    const others = this.items.filter((item) => item.id !== changed.id);
    const belongs = this.#belongs(changed);
    this.items = belongs ? this.#sorted([...others, changed]) : others;
    if (!belongs) this.chosen = this.chosen.filter((id) => id !== changed.id);
  }

  get #wanted(): ViewFilter {
    return { ...this.filter, query: this.query };
  }

  #belongs(item: Conversation): boolean {
    const { status, assignee, team, label, channel, waiting, mentioned, due } = this.filter;
    if (status !== 'all' && item.status !== status) return false;
    if (assignee === 'nobody' ? item.assignee !== '' : assignee && item.assignee !== this.#agent(assignee)) return false;
    if (team && item.team !== team) return false;
    if (label && !item.labels.includes(label)) return false;
    if (channel && item.last_channel !== channel) return false;
    if (waiting && item.answer_by === null) return false;
    if (due && (dueAt(item) ?? Infinity) > Date.now() + (due === 'soon' ? HOUR_MS : 0)) return false;
    return !mentioned || this.find(item.id) !== undefined;
  }

  #agent(id: string): string {
    return id === 'me' ? this.me : id;
  }

  async #refresh(ids: string[]): Promise<void> {
    const strangers = (this.query !== '' || this.filter.mentioned) && ids.some((id) => !this.find(id));
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

  #sorted(items: Conversation[]): Conversation[] {
    if (this.filter.due) return items.toSorted(byDue);
    return items.toSorted(this.order === 'answer' || this.filter.waiting ? byAnswer : byLatest);
  }
}

function byLatest(one: Conversation, other: Conversation): number {
  return other.last_at - one.last_at || (one.id < other.id ? 1 : -1);
}

function byDue(one: Conversation, other: Conversation): number {
  return (dueAt(one) ?? Infinity) - (dueAt(other) ?? Infinity) || (one.id < other.id ? -1 : 1);
}

/** When the soonest of its promises is due; null where none is, or nobody knows. */
function dueAt(item: Conversation): number | null {
  return item.timers[0]?.due_at ?? null;
}

function byAnswer(one: Conversation, other: Conversation): number {
  if (one.answer_by === null && other.answer_by === null) return byLatest(one, other);
  if (one.answer_by === null) return 1;
  if (other.answer_by === null) return -1;
  return one.answer_by - other.answer_by || (one.id < other.id ? -1 : 1);
}

function keptOrder(): Order {
  try {
    return localStorage.getItem(ORDER_KEY) === 'latest' ? 'latest' : 'answer';
  } catch {
    return 'answer';
  }
}
