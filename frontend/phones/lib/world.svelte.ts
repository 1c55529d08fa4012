// The simulated world as these pages see it.
import { getContext, setContext } from 'svelte';
import { Control, ControlError, findToken, inWords } from './control.ts';
import { watch } from './live.ts';
import type { Account, Change, Fault, LoggedRequest, Person, PhoneMessage } from './types.ts';

const KEY = Symbol('world');
const TICK_MS = 1_000;
const REQUESTS_SHOWN_MAX = 200;
const GATHER_MS = 150;

export type Stage = 'starting' | 'no_token' | 'ready' | 'unreachable';
export type Listener = (message: PhoneMessage) => void;

export class World {
  control = $state.raw(new Control(findToken()));
  stage = $state<Stage>('starting');
  problem = $state('');
  isLive = $state(false);
  now = $state(Date.now());
  path = $state(location.pathname);
  people = $state<Person[]>([]);
  faults = $state<Fault[]>([]);
  accounts = $state<Account[]>([]);
  requests = $state<LoggedRequest[]>([]);
  /** Rises when the connection was lost and is back, or something changed that no event describes. */
  round = $state(0);
  #listeners = new Set<Listener>();
  #gathering: ReturnType<typeof setTimeout> | undefined;

  async start(): Promise<void> {
    setInterval(() => (this.now = Date.now()), TICK_MS);
    window.addEventListener('popstate', () => (this.path = location.pathname));
    await this.enter();
  }

  async enter(token?: string): Promise<void> {
    if (token !== undefined) this.control = new Control(token);
    try {
      await this.#readAll();
      this.stage = 'ready';
      watch(this.control.eventsAddress, {
        onChange: (change) => this.#onChange(change),
        onConnection: (isLive) => this.#onConnection(isLive),
      });
    } catch (problem) {
      this.problem = inWords(problem);
      this.stage = problem instanceof ControlError && problem.status === 401 ? 'no_token' : 'unreachable';
    }
  }

  go(path: string): void {
    history.pushState(null, '', this.href(path));
    this.path = path;
    window.scrollTo(0, 0);
  }

  /** Addresses carry the token, so that a link opened in another tab works there too. */
  href(path: string): string {
    return `${path}?token=${encodeURIComponent(this.control.token)}`;
  }

  onMessage(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  person(id: string): Person | undefined {
    return this.people.find((person) => person.id === id);
  }

  async readPeople(): Promise<void> {
    this.people = await this.control.people();
  }

  async readFaults(): Promise<void> {
    this.faults = await this.control.faults();
  }

  async #readAll(): Promise<void> {
    const [people, faults, accounts] = await Promise.all([
      this.control.people(),
      this.control.faults(),
      this.control.accounts(),
    ]);
    this.people = people;
    this.faults = faults;
    this.accounts = accounts;
  }

  #onConnection(isLive: boolean): void {
    const cameBack = isLive && !this.isLive;
    this.isLive = isLive;
    if (!cameBack) return;
    this.round += 1;
    void this.#readAll().catch(() => {});
  }

  #onChange(change: Change): void {
    if (change.message) for (const listener of this.#listeners) listener(change.message);
    if (change.request) this.requests = [change.request, ...this.requests].slice(0, REQUESTS_SHOWN_MAX);
    if (change.type.startsWith('fault')) void this.readFaults().catch(() => {});
    if (change.type === 'feed') this.round += 1;
    if (change.message || change.type === 'person') this.#gatherPeople();
  }

  // A burst of messages costs one reading of the list.
  #gatherPeople(): void {
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      void this.readPeople().catch(() => {});
    }, GATHER_MS);
  }
}

export function provideWorld(world: World): void {
  setContext(KEY, world);
}

export function useWorld(): World {
  return getContext<World>(KEY);
}
