// What goes to the hub as it happens, through the tab that leads; and whether there is a connection.
import { newId } from '../../shared/ids.ts';
import type { Hub } from './hub.ts';
import type { Line } from './line.ts';
import type { Saying } from './protocol.ts';
import type { Tabs } from './tabs.ts';

/** Breaks shorter than this are not worth a word. */
const AWAY_MS = 1_500;

export class Wire {
  isConnected = $state(false);
  isAway = $state(false);
  tabs: Tabs | null = null;
  line: Line | null = null;
  readonly #hub: Hub;
  #reads = new Map<string, number>();
  #awayTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  get isLeader(): boolean {
    return this.tabs?.isLeader ?? false;
  }

  /** `isMissed` where somebody is to be told when there is no connection for long. */
  connected(is: boolean, isMissed: boolean): void {
    this.isConnected = is;
    clearTimeout(this.#awayTimer);
    if (is || !isMissed) this.isAway = false;
    else this.#awayTimer = setTimeout(() => (this.isAway = !this.isConnected), AWAY_MS);
  }

  say(frame: Saying): void {
    if (!this.isLeader) return this.tabs?.tell({ type: 'say', frame });
    if (this.line?.say(frame)) {
      if (frame.type === 'read') this.#reads.delete(frame.thread);
    } else if (frame.type === 'read') {
      this.#reads.set(frame.thread, frame.upto);
      if (this.isConnected) void this.#hub.read(frame.thread, frame.upto).then(() => this.#reads.delete(frame.thread), () => {});
    }
  }

  /** How far was read while there was no connection. */
  sayMissed(): void {
    for (const [thread, upto] of this.#reads) this.say({ type: 'read', ref: newId(), thread, upto });
  }

  hangUp(): void {
    this.line?.stop();
    this.line = null;
  }
}
