// The console's one composition: who is signed in, what is shown, and how changes reach it.
import { getContext, setContext } from 'svelte';
import { t } from '../languages/language.ts';
import { Api, ApiError, inWords } from './api.ts';
import { Channels } from './channels.svelte.ts';
import { Clock } from './clock.svelte.ts';
import { Conversations } from './conversations.svelte.ts';
import { Decisions } from './decisions.svelte.ts';
import { Drafts } from './drafts.svelte.ts';
import { Desk } from './desk.svelte.ts';
import { Incidents } from './incidents.svelte.ts';
import { Router } from './route.svelte.ts';
import { type Connection, Stream } from './stream.ts';
import { Team } from './team.svelte.ts';
import { Thread } from './thread.svelte.ts';
import type { HubEvent, Me } from './types.ts';
import { personName } from './words.ts';

const KEY = Symbol('hub');
/** Beside conversations the inbox shows incidents, by their identifiers. */
export const INCIDENT = 'inc_';
const ENTER_AGAIN_MS = 5_000;
/** Whoever points at a conversation for so long may well open it. */
const POINTED_MS = 60;
const KEPT_MAX = 16;
/** Longer ones are read anew. */
const KEPT_MESSAGES_MAX = 500;

export type Stage = 'starting' | 'setup' | 'signed_out' | 'ready' | 'unreachable';

export class Hub {
  readonly api = new Api();
  readonly clock = new Clock();
  readonly router = new Router();
  readonly drafts = new Drafts(this.api);
  readonly conversations = new Conversations(this.api);
  readonly decisions = new Decisions(this.api);
  readonly team = new Team(this.api);
  readonly channels = new Channels(this.api);
  readonly incidents = new Incidents(this.api);
  readonly desk = new Desk(this.api);
  stage = $state<Stage>('starting');
  me = $state<Me | null>(null);
  connection = $state<Connection>('connecting');
  problem = $state('');
  thread = $state<Thread | null>(null);
  /** Counts arrivals that could not be read, so that their page reads them anew. */
  unreadableSeen = $state(0);
  /** Counts changes of people, so that what is shown of them is read anew. */
  peopleChanged = $state(0);
  /** Counts what happened to announced maintenance, so that its page reads it anew. */
  maintenanceSeen = $state(0);
  /** Counts changes of posts, so that their list is read anew. */
  postsChanged = $state(0);
  /** Counts messages that came or went, for what shows how far a fresh hub is. */
  messagesSeen = $state(0);
  #stream: Stream | null = null;
  /** Conversations that were opened lately or may be opened next, the latest last. */
  #kept = new Map<string, Thread>();
  #soon: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.api.onSignedOut = () => this.#leave();
  }

  async start(): Promise<void> {
    this.clock.start();
    this.router.start();
    await this.enter();
  }

  /** Find out who is here and show the hub to them. */
  async enter(): Promise<void> {
    try {
      this.#welcome(await this.api.me());
    } catch (problem) {
      if (problem instanceof ApiError && problem.status === 401) return this.#askForOwner();
      this.problem = inWords(problem);
      this.stage = 'unreachable';
      setTimeout(() => void this.#tryAgain(), ENTER_AGAIN_MS);
    }
  }

  /** Nobody is signed in: on a fresh hub because nobody can be. */
  async #askForOwner(): Promise<void> {
    this.#leave();
    const isFresh = await this.api.ask<{ needed: boolean }>('GET', '/setup').then(({ needed }) => needed, () => false);
    if (isFresh) this.stage = 'setup';
  }

  async setUp(body: { code: string; email: string; name: string; password: string }): Promise<void> {
    this.#welcome(await this.api.setUp(body));
  }

  async #tryAgain(): Promise<void> {
    if (this.stage === 'unreachable') await this.enter();
  }

  async signIn(email: string, password: string): Promise<void> {
    this.#welcome(await this.api.signIn(email, password));
  }

  async signOut(): Promise<void> {
    await this.api.signOut().catch(() => {});
    this.drafts.forget();
    this.#leave();
  }

  /** Show a conversation, at one of its messages where `at` names one. */
  open(id: string | null, at: string | null = null): void {
    if (id?.startsWith(INCIDENT)) id = null;
    if (id === (this.thread?.id ?? null)) {
      if (at) void this.thread?.goTo(at);
      return;
    }
    clearTimeout(this.#soon);
    this.thread?.leave();
    this.thread = id ? this.#keep(id) : null;
    void this.thread?.enter(at);
    this.desk.look(id);
  }

  /** Read a conversation that is pointed at, for it may be opened next; null: nothing is pointed at any more. */
  expect(id: string | null): void {
    clearTimeout(this.#soon);
    if (id && id !== this.thread?.id) this.#soon = setTimeout(() => void this.#keep(id).readAhead(), POINTED_MS);
  }

  /** Whether a reply has not reached the hub yet, here or in a conversation that was left. */
  get hasUnsaved(): boolean {
    return [...this.#kept.values()].some((thread) => thread.outgoing.length > 0);
  }

  /** Whether they may do what owners may. */
  get mayRule(): boolean {
    return this.me?.role === 'owner';
  }

  get mayWrite(): boolean {
    return this.me !== null && this.me.role !== 'viewer';
  }

  // The cursor is older than anything that is read from here on, so that a change in between is told to us again.
  #welcome(me: Me): void {
    this.me = me;
    this.conversations.me = me.id;
    this.stage = 'ready';
    void this.#loadAll();
    this.#stream?.stop();
    this.#stream = new Stream(me.cursor, {
      onDesk: (attending) => (this.desk.attending = attending),
      onEvent: (event) => this.#onEvent(event),
      onConnection: (state) => this.#onConnection(state),
      mayRetry: () => this.#isStillSignedIn(),
      onOtherLog: () => void this.#loadAll(),
    });
    this.#stream.start();
  }

  async #loadAll(): Promise<void> {
    this.#allStale();
    await Promise.all([
      this.conversations.load(),
      this.team.load(),
      this.channels.load(),
      this.incidents.load(),
      this.thread?.load(),
    ]);
  }

  // A conversation whose replies are still on their way is kept until they have arrived.
  #keep(id: string): Thread {
    const wanted = this.#kept.get(id) ?? new Thread(this.api, id);
    this.#kept.delete(id);
    for (const [each, thread] of this.#kept) {
      const isLong = thread.messages.length > KEPT_MESSAGES_MAX;
      if (this.#kept.size < KEPT_MAX && !isLong) continue;
      if (thread !== this.thread && thread.outgoing.length === 0) this.#kept.delete(each);
    }
    this.#kept.set(id, wanted);
    return wanted;
  }

  // What is shown follows what happens in it; what is only kept is read anew when it is opened.
  #happened(conversation: string | null, follow: (thread: Thread) => void): void {
    const thread = conversation === null ? undefined : this.#kept.get(conversation);
    if (thread && thread === this.thread) follow(thread);
    else if (thread) thread.isStale = true;
  }

  #allStale(): void {
    for (const thread of this.#kept.values()) if (thread !== this.thread) thread.isStale = true;
  }

  /** Take back what was just sent here, else what was just done. */
  async undo(): Promise<void> {
    try {
      if (!this.me || !(await this.thread?.undoSend(this.me.id))) await this.decisions.undo();
    } catch (problem) {
      this.decisions.fail(inWords(problem));
    }
  }

  #leave(): void {
    this.#stream?.stop();
    this.#stream = null;
    this.me = null;
    this.thread = null;
    this.#kept.clear();
    clearTimeout(this.#soon);
    this.stage = 'signed_out';
  }

  async #isStillSignedIn(): Promise<boolean> {
    try {
      await this.api.me();
      return true;
    } catch (problem) {
      return !(problem instanceof ApiError && problem.status === 401);
    }
  }

  #onConnection(state: Connection): void {
    const cameBack = state === 'live' && this.connection === 'reconnecting';
    this.connection = state;
    if (!cameBack) return;
    for (const thread of this.#kept.values()) void thread.flush();
    this.channels.changed();
    this.incidents.changed();
  }

  #onEvent(event: HubEvent): void {
    const [topic] = event.kind.split('.');
    if (topic === 'message') this.#onMessage(event);
    else if (topic === 'conversation' || topic === 'contact') this.#onConversation(event);
    else if (topic === 'note' || topic === 'later') this.#onBeside(event);
    else if (topic === 'team' || topic === 'targets') this.team.changed();
    else if (topic === 'target') this.#onTarget(event);
    else if (topic === 'envelope') this.unreadableSeen += 1;
    else if (topic === 'maintenance') this.maintenanceSeen += 1;
    else if (topic === 'post') this.postsChanged += 1;
    else this.#onChannels();
  }

  #onMessage(event: HubEvent): void {
    this.messagesSeen += 1;
    const id = event.body['message_id'] ?? (event.body['message'] as { id?: string } | undefined)?.id;
    if (event.conversation_id) this.conversations.changed(event.conversation_id);
    this.#happened(event.conversation_id, (thread) => typeof id === 'string' && thread.messageChanged(id));
    if (this.incidents.isMoving) this.incidents.changed();
  }

  #onConversation(event: HubEvent): void {
    this.peopleChanged += 1;
    if (!event.conversation_id) return;
    this.conversations.changed(event.conversation_id);
    this.team.moved();
    this.#happened(event.conversation_id, (thread) => thread.aroundChanged());
  }

  // Whoever has it is told that time runs out; where nobody has it, its team, or everybody who answers.
  #onTarget(event: HubEvent): void {
    const { assignee, team } = event.body as { assignee: string; team: string };
    const group = this.team.teams.find((each) => each.id === team);
    const isMine = assignee ? assignee === this.me?.id : (group?.agents.includes(this.me?.id ?? '') ?? true);
    if (!this.mayWrite || !isMine || !event.conversation_id) return;
    const found = this.conversations.find(event.conversation_id);
    const name = found ? personName(found.contact.name, found.last_channel) : t('somebody|who');
    const isMissed = event.kind === 'target.missed';
    this.decisions.tell(isMissed ? t('Overdue now: {name}.', { name }) : t('Due soon: {name}.', { name }));
  }

  // Notes and replies for later are in the thread; a note may mention whoever looks.
  #onBeside(event: HubEvent): void {
    this.team.moved();
    this.#happened(event.conversation_id, (thread) => thread.besideChanged());
  }

  // What can be sent where depends on the verdicts, so the open conversation's routes are read anew with them.
  #onChannels(): void {
    this.channels.changed();
    this.incidents.changed();
    this.thread?.aroundChanged();
    this.#allStale();
  }
}

export function provideHub(hub: Hub): void {
  setContext(KEY, hub);
}

export function useHub(): Hub {
  return getContext<Hub>(KEY);
}
