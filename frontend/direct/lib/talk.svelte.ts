// What was said in one thread, as far as it was read: from this device first, then from the hub, page by page.
import { historyOf, merged } from './changes.ts';
import { type Hub, inWords } from './hub.ts';
import type { History, Keep } from './keep.ts';
import type { Message } from './protocol.ts';

export const PAGE = 50;

export class Talk {
  messages = $state.raw<Message[]>([]);
  /** Whether anything is known yet: of an empty thread that is worth knowing, too. */
  isOpen = $state(false);
  isReading = $state(false);
  isWhole = $state(false);
  problem = $state('');
  readonly id: string;
  readonly #hub: Hub;
  readonly #keep: () => Keep;
  /** Which history the thread has now. */
  readonly #mark: () => string;
  #history: History | null = null;
  #isKeptRead = false;
  #isStale = false;
  #opening: Promise<void> | null = null;

  constructor(id: string, hub: Hub, keep: () => Keep, mark: () => string) {
    this.id = id;
    this.#hub = hub;
    this.#keep = keep;
    this.#mark = mark;
  }

  /** Show what is kept, then read the newest page where that is not known to be it. */
  open(): Promise<void> {
    this.#opening ??= this.#open().finally(() => (this.#opening = null));
    return this.#opening;
  }

  take(messages: readonly Message[]): void {
    const ours = messages.filter((message) => message.thread === this.id);
    if (ours.length > 0) this.messages = merged(this.messages, ours);
  }

  /** The hub forgot our place: there may be a gap between what is kept and what is new. */
  doubt(): void {
    this.#isStale = true;
  }

  /** What was said earlier is not what it was, as when an address was claimed: what is kept is not whole. */
  async rewritten(): Promise<void> {
    await this.#opening;
    if (!this.isOpen || this.#history?.mark === this.#mark()) return;
    this.#history = null;
    this.#isKeptRead = this.isWhole = false;
    await this.open();
  }

  /** What is older than the first message shown. */
  async older(): Promise<void> {
    if (this.isReading || this.isWhole || !this.isOpen) return;
    this.isReading = true;
    this.problem = '';
    try {
      if (!(await this.#olderKept())) await this.#olderFromHub();
    } catch (refused) {
      this.problem = inWords(refused);
    } finally {
      this.isReading = false;
    }
  }

  async #open(): Promise<void> {
    if (!this.isOpen) {
      const kept = await this.#keep().history(this.id);
      if (kept?.mark === this.#mark()) this.#history = kept;
      this.take(await this.#keep().messages(this.id, null, PAGE));
      this.isOpen = this.messages.length > 0 || this.#history !== null;
    }
    if (this.#history && !this.#isStale) return;
    this.isReading = true;
    this.problem = '';
    try {
      await this.#newest();
    } catch (refused) {
      this.problem = inWords(refused);
    } finally {
      this.isReading = false;
      this.isOpen = true;
    }
  }

  async #newest(): Promise<void> {
    const known = new Set(this.messages.map((message) => message.id));
    const page = await this.#hub.history(this.id, null, PAGE);
    const mark = historyOf(page);
    this.#isStale = false;
    if (this.#history?.mark === mark && page.messages.some((message) => known.has(message.id))) {
      this.take(page.messages);
      return this.#keep().further(this.id, page.messages, this.#history);
    }
    const newest = page.messages.at(-1)?.order ?? 0;
    // What came by the stream meanwhile is newer than the page, and stays.
    const since = this.messages.filter((message) => message.order > newest || !known.has(message.id));
    this.messages = merged(page.messages, since);
    this.#history = { before: page.before ?? null, mark };
    this.#isKeptRead = false;
    this.isWhole = this.#history.before === null;
    await this.#keep().begin(this.id, this.messages, this.#history);
  }

  async #olderKept(): Promise<boolean> {
    if (this.#isKeptRead) return false;
    const history = this.#history;
    const kept = await this.#keep().messages(this.id, this.messages[0] ?? null, PAGE);
    if (history !== this.#history) return true;
    this.#isKeptRead = kept.length < PAGE;
    this.take(kept);
    if (this.#isKeptRead && this.#history?.before === null) this.isWhole = true;
    return kept.length > 0;
  }

  async #olderFromHub(): Promise<void> {
    const history = this.#history;
    if (!history) return this.#newest();
    if (history.before === null) {
      this.isWhole = true;
      return;
    }
    const page = await this.#hub.history(this.id, history.before, PAGE);
    // Another history began meanwhile: this page is of one that is not shown any more.
    if (history !== this.#history) return;
    if (historyOf(page) !== history.mark) return this.#newest();
    this.take(page.messages);
    this.#history = { ...history, before: page.before ?? null };
    this.isWhole = this.#history.before === null;
    await this.#keep().further(this.id, page.messages, this.#history);
  }
}
