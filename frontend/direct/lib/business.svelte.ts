// What the business says of itself, asked again from time to time; and the thread with it, also before there is one.
import type { Hub } from './hub.ts';
import { BUSINESS, type Info, type Limits, type Thread, USUAL_LIMITS } from './protocol.ts';

const INFO_MS = 60_000;

export class Business {
  info = $state.raw<Info | null>(null);
  limits = $state.raw<Limits>(USUAL_LIMITS);
  /** The Direct channel of this page, once it is known. */
  channel: string;
  readonly #hub: Hub;

  constructor(hub: Hub, channel: string) {
    this.#hub = hub;
    this.channel = channel;
  }

  get thread(): string {
    return `${BUSINESS}:${this.channel || 'web'}`;
  }

  get name(): string {
    return this.info?.business.name ?? '';
  }

  get picture(): string {
    return this.info?.business.picture ?? '';
  }

  start(): void {
    setInterval(() => void this.#read(), INFO_MS);
    void this.#read();
  }

  tookLimits(limits: Limits): void {
    this.limits = { ...USUAL_LIMITS, ...limits };
  }

  /** A thread with the business in which nothing was said yet. */
  notYet(id: string): Thread {
    const { name, picture } = this;
    const members = [{ id: BUSINESS, name, handle: '', picture, role: 'owner' as const, delivered: 0, read: 0 }];
    return { id, kind: 'business', title: name, picture, members, state: 'open', last: null, unread: 0, pinned: false, muted_until: 0, draft: '', created_at: 0 };
  }

  async #read(): Promise<void> {
    try {
      this.info = (await window.holdfastOpened?.info) ?? (await this.#hub.info(this.channel));
      if (window.holdfastOpened) window.holdfastOpened.info = Promise.resolve(null);
      this.channel ||= this.info.channel;
      if (this.info.limits) this.tookLimits(this.info.limits);
    } catch {
      // The last words stay; the line tells by itself whether the hub is there.
    }
  }
}
