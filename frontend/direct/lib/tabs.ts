// The tabs of one member: one of them leads, holding the only stream and sending what waits; the others hear from it.
// Where the browser has no locks, or keeps nothing, every tab leads for itself; ids keep that from doing anything twice.
import type { Op } from './outbox.ts';
import type { Change, Me, Passing, Saying } from './protocol.ts';

export type TabNews =
  | { type: 'changes'; changes: Change[]; cursor: string }
  | { type: 'threads' }
  | { type: 'passing'; frame: Passing }
  | { type: 'connected'; is: boolean; caughtUp: boolean }
  | { type: 'outbox' }
  | { type: 'progress'; key: string; share: number }
  | { type: 'refused'; sentence: string }
  | { type: 'say'; frame: Saying }
  | { type: 'me'; me: Me }
  | { type: 'hurry' }
  /** Whoever leads tells how things stand. */
  | { type: 'ask' }
  /** Somebody signed in or out: begin again. */
  | { type: 'session' };

export type { Op };

export class Tabs {
  isLeader = false;
  readonly #channel: BroadcastChannel | null;
  #release: () => void = () => {};

  constructor(name: string, isShared: boolean, heard: (news: TabNews) => void) {
    this.#channel = isShared && 'BroadcastChannel' in globalThis ? new BroadcastChannel(name) : null;
    if (this.#channel) this.#channel.onmessage = (event) => heard(event.data as TabNews);
  }

  /** Calls `lead` once this tab leads: at once, or when the one that did is gone, by whatever end. */
  stand(name: string, lead: () => void): void {
    const begin = () => {
      this.isLeader = true;
      lead();
    };
    if (!this.#channel || !navigator.locks) return begin();
    const held = new Promise<void>((resolve) => (this.#release = resolve));
    navigator.locks
      .request(name, async () => {
        begin();
        await held;
      })
      .catch(begin);
  }

  tell(news: TabNews): void {
    this.#channel?.postMessage(news);
  }

  close(): void {
    this.#release();
    this.#channel?.close();
  }
}
