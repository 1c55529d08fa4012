// What was said in one thread, as far as it was read: from this device first, then from the hub, page by page.
import { merged } from './changes.ts';
import { type Hub, inWords } from './hub.ts';
import type { Keep } from './keep.ts';
import type { Message } from './protocol.ts';

export const PAGE = 50;

/** How far back a thread is kept here without a gap: `before` asks for what is older, null at its beginning. */
interface History {
  before: string | number | null;
}

type Histories = Record<string, History>;

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
  #history: History | null = null;
  #isKeptRead = false;
  #isStale = false;
  #opening: Promise<void> | null = null;

  constructor(id: string, hub: Hub, keep: () => Keep) {
    this.id = id;
    this.#hub = hub;
    this.#keep = keep;
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

  /** More was said before than we knew, as when an address was claimed: what is kept is not whole. */
  async readAgain(): Promise<void> {
    await this.#opening;
    const { [this.id]: _, ...others } = await this.#histories();
    await this.#keep().setFact('histories', others);
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
      this.#history = (await this.#histories())[this.id] ?? null;
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
    const page = await this.#hub.history(this.id, null, PAGE);
    const known = new Set(this.messages.map((message) => message.id));
    const joins = this.#history !== null && page.messages.some((message) => known.has(message.id));
    if (!joins) {
      const newest = page.messages.at(-1)?.order ?? 0;
      await this.#keep().dropMessages(this.id);
      // What came by the stream meanwhile is newer than the page, and stays.
      this.messages = this.messages.filter((message) => message.order > newest);
      await this.#keep().take({ messages: this.messages, threads: [], gone: [], cursor: null });
      await this.#note({ before: page.before ?? null });
    }
    this.take(page.messages);
    await this.#keep().take({ messages: page.messages, threads: [], gone: [], cursor: null });
    this.#isStale = false;
    this.isWhole = this.#history?.before === null && !joins ? true : this.isWhole;
  }

  async #olderKept(): Promise<boolean> {
    if (this.#isKeptRead) return false;
    const kept = await this.#keep().messages(this.id, this.messages[0] ?? null, PAGE);
    this.#isKeptRead = kept.length < PAGE;
    this.take(kept);
    if (this.#isKeptRead && this.#history?.before === null) this.isWhole = true;
    return kept.length > 0;
  }

  async #olderFromHub(): Promise<void> {
    if (!this.#history) return this.#newest();
    if (this.#history.before === null) {
      this.isWhole = true;
      return;
    }
    const page = await this.#hub.history(this.id, this.#history.before, PAGE);
    this.take(page.messages);
    await this.#keep().take({ messages: page.messages, threads: [], gone: [], cursor: null });
    await this.#note({ before: page.before ?? null });
    if (page.before === null || page.before === undefined) this.isWhole = true;
  }

  async #note(history: History): Promise<void> {
    this.#history = history;
    await this.#keep().setFact('histories', { ...(await this.#histories()), [this.id]: history });
  }

  async #histories(): Promise<Histories> {
    return (await this.#keep().fact<Histories>('histories')) ?? {};
  }
}
