// Everything this page knows and does: who we are here, and how its parts work together.
import { getContext, setContext } from 'svelte';
import { retryAfter } from '../../shared/backoff.ts';
import { newId } from '../../shared/ids.ts';
import { Business } from './business.svelte.ts';
import { readUpTo } from './changes.ts';
import { Hub, Refusal, type SignedIn } from './hub.ts';
import { openKeep } from './keep.ts';
import { Line } from './line.ts';
import { BUSINESS, type Me, type Thread } from './protocol.ts';
import { dropSession, isNewHere, readSession, type Session, writeSession } from './session.ts';
import { Signs } from './signs.svelte.ts';
import { type TabNews, Tabs } from './tabs.ts';
import { Threads } from './threads.svelte.ts';
import { Wire } from './wire.svelte.ts';
import { Writing } from './writing.svelte.ts';

const NAME = 'holdfast.direct.';
const TICK_MS = 20_000;
const NOTE_MS = 7_000;

export class Messenger {
  me = $state.raw<Me | null>(null);
  /** What the device keeps has been read. */
  isReady = $state(false);
  keepsNothing = $state(false);
  /** The session ended elsewhere; what waits is kept for whoever signs in again. */
  hasLapsed = $state(false);
  note = $state('');
  now = $state(Date.now());
  readonly hub = new Hub();
  readonly threads = this.#newThreads();
  readonly writing = this.#newWriting();
  readonly signs = new Signs();
  readonly wire = new Wire(this.hub);
  readonly business: Business;
  readonly unread = $derived(this.threads.list.filter((each) => each.state === 'open' && !this.isMuted(each)).reduce((sum, each) => sum + each.unread, 0));

  #session: Session;
  readonly #sessions = new Tabs(`${NAME}session`, true, (news) => news.type === 'session' && location.reload());
  /** The token of a private link, until the hub has taken it. */
  #link = '';
  #opened: Promise<void> = Promise.resolve();
  #introducing: Promise<void> | null = null;
  #noteTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(channel: string) {
    this.business = new Business(this.hub, channel);
    this.#session = readSession(channel);
    this.me = this.#session.me;
    this.hub.token = this.#session.token;
  }

  /** Whether somebody is signed in here, as a guest at least. */
  get isSomebody(): boolean {
    return this.me !== null || this.hub.token !== '';
  }

  get myId(): string {
    return this.me?.id ?? '';
  }

  /** Continue what was begun on another channel; called before the start. */
  continueFrom(link: string): void {
    this.#link = link;
  }

  async start(): Promise<void> {
    setInterval(() => (this.now = Date.now()), TICK_MS);
    addEventListener('online', () => this.hurry());
    addEventListener('offline', () => this.wire.line?.drop());
    document.addEventListener('visibilitychange', () => this.#lookedAt());
    this.business.start();
    // Without a connection it is followed with the first message.
    if (this.#link) await this.#followFirst().catch(() => {});
    // Nothing is kept of whoever is new here, who need not wait for the place where it would be.
    this.isReady = isNewHere();
    await this.#open();
  }

  /** Go on as whoever the private link was sent to. */
  async followLink(link: string): Promise<void> {
    const signedIn = await this.hub.becomeGuest('', link, this.business.channel);
    this.#link = '';
    history.replaceState(null, '', location.pathname + location.hash);
    await this.enter(signedIn);
  }

  /** Somebody comes back, or asks to: try everything that waits now. */
  hurry(): void {
    this.wire.tabs?.tell({ type: 'hurry' });
    if (this.wire.isLeader) this.#hurryAsLeader();
  }

  // --- who we are ---------------------------------------------------------------------------------

  async enter(signedIn: SignedIn): Promise<void> {
    const before = this.#session.me;
    const isSame = before?.id === signedIn.member.id;
    await this.#opened;
    this.#stop();
    if (before?.kind === 'member' && !isSame) await this.threads.keep.destroy();
    else if (!isSame) await this.threads.keep.dropRead();
    const key = before?.kind === 'member' && !isSame ? newId() : this.#session.key;
    const was = before?.kind === 'guest' && !isSame ? before.id : '';
    this.#become({ key, token: signedIn.token, me: signedIn.member, was });
    this.#sessions.tell({ type: 'session' });
    await this.#open();
  }

  // What we wrote as a guest keeps the id that it had.
  #selves(): string[] {
    return this.#session.was ? [this.myId, this.#session.was] : [this.myId];
  }

  async becomeGuest(name: string): Promise<void> {
    await this.enter(await this.hub.becomeGuest(name, null, this.business.channel));
  }

  /** Ends this device's session and forgets what it keeps. */
  async leave(isKnown = true): Promise<void> {
    if (isKnown) await this.hub.endDevice('current').catch(() => {});
    this.#stop();
    await this.threads.keep.destroy();
    dropSession();
    this.#sessions.tell({ type: 'session' });
    location.replace(location.pathname);
  }

  tookMe(me: Me): void {
    this.me = me;
    this.#session = { ...this.#session, me };
    writeSession(this.#session);
  }

  // Before anything is shown: nobody should begin to write as somebody else.
  async #followFirst(): Promise<void> {
    const signedIn = await this.hub.becomeGuest('', this.#link, this.business.channel);
    this.#link = '';
    history.replaceState(null, '', location.pathname + location.hash);
    const { key, me } = this.#session;
    if (me) await (await openKeep(NAME + key)).dropRead();
    this.#become({ key, token: signedIn.token, me: signedIn.member });
    this.#sessions.tell({ type: 'session' });
  }

  // --- threads ------------------------------------------------------------------------------------

  thread(id: string): Thread | null {
    return this.threads.byId.get(id) ?? (id.startsWith(`${BUSINESS}:`) ? this.business.notYet(id) : null);
  }

  isMuted(thread: Thread): boolean {
    return thread.muted_until > this.now;
  }

  titleOf(thread: Thread): string {
    if (thread.title) return thread.title;
    if (thread.kind === 'business') return this.business.name || 'Us';
    const others = thread.members.filter((each) => each.id !== this.myId).map((each) => each.name || each.handle || 'Somebody');
    return others.join(', ') || 'Nobody else';
  }

  // --- writing ------------------------------------------------------------------------------------

  markRead(thread: string, upto: number): void {
    const known = this.threads.byId.get(thread);
    if (!known || known.state !== 'open' || (known.unread === 0 && readUpTo(known, this.myId) >= upto)) return;
    this.threads.takeAndTell([{ type: 'receipt', thread, member: this.myId, delivered: upto, read: upto }], '');
    this.wire.say({ type: 'read', ref: newId(), thread, upto });
  }

  isTyping(thread: string): void {
    if (this.me?.settings.typing === false) return;
    if (this.signs.isToBeTold(thread)) this.wire.say({ type: 'typing', thread });
  }

  /** A sentence at the foot of the page, for a moment. */
  tell(sentence: string): void {
    this.note = sentence;
    clearTimeout(this.#noteTimer);
    this.#noteTimer = setTimeout(() => (this.note = ''), NOTE_MS);
  }

  // --- opening and closing ------------------------------------------------------------------------

  #open(): Promise<void> {
    return (this.#opened = this.#openKept());
  }

  async #openKept(): Promise<void> {
    const keep = await openKeep(NAME + this.#session.key);
    this.keepsNothing = keep.isMemory;
    await this.threads.open(keep, this.isSomebody || !this.isReady);
    await this.writing.open(keep);
    this.isReady = true;
    const name = NAME + this.#session.key;
    this.wire.tabs = new Tabs(name, !keep.isMemory, (news) => this.#heard(news));
    this.wire.tabs.tell({ type: 'ask' });
    this.wire.tabs.stand(name, () => void this.#lead());
    this.wire.connected(this.wire.isConnected, this.isSomebody);
  }

  #stop(): void {
    this.wire.hangUp();
    this.writing.outbox.stop();
    this.wire.tabs?.close();
    this.wire.tabs = null;
    this.wire.isConnected = false;
  }

  #become(session: Session): void {
    this.#session = session;
    this.hub.token = session.token;
    this.me = session.me;
    this.hasLapsed = false;
    writeSession(session);
  }

  async #lead(): Promise<void> {
    // Another tab may have gone further than what was read when this one opened.
    await this.threads.readCursor();
    await this.writing.outbox.load();
    await this.writing.outbox.settle(this.#selves());
    void this.#begin();
    void this.writing.outbox.flush();
  }

  async #begin(): Promise<void> {
    if (!this.hub.token || this.wire.line) return;
    const line = (this.wire.line = this.#newLine());
    for (let failures = 0; this.threads.cursor === '' && this.wire.line === line; failures += 1) {
      try {
        await this.#readThreads();
      } catch (problem) {
        if (problem instanceof Refusal && problem.status === 401) return this.#lapse();
        await new Promise((resolve) => setTimeout(resolve, retryAfter(failures, Math.random())));
      }
    }
    if (this.wire.line === line) await line.run();
  }

  async #readThreads(): Promise<void> {
    await this.threads.read();
    this.wire.tabs?.tell({ type: 'threads' });
  }

  #newThreads(): Threads {
    return new Threads(this.hub, {
      myId: () => this.myId,
      isLeader: () => this.wire.isLeader,
      took: (changes, cursor) => this.wire.tabs?.tell({ type: 'changes', changes, cursor }),
      arrived: (messages) => {
        this.signs.said(messages);
        void this.writing.outbox.arrived(new Set(messages.map((message) => message.id)), this.#selves());
      },
      tookMe: (me) => this.tookMe(me),
      tell: (sentence) => this.tell(sentence),
      delivered: (thread, upto) => this.wire.line?.say({ type: 'delivered', ref: newId(), thread, upto }),
    });
  }

  #newLine(): Line {
    return new Line(this.hub, {
      cursor: () => this.threads.cursor,
      isInFront: () => !document.hidden && document.hasFocus(),
      changes: (changes, cursor) => this.threads.takeAndTell(changes, cursor),
      passing: (frame) => {
        this.signs.heard(frame, this.myId);
        this.wire.tabs?.tell({ type: 'passing', frame });
      },
      welcome: (member, limits) => {
        this.tookMe(member);
        this.wire.tabs?.tell({ type: 'me', me: member });
        if (limits) this.business.tookLimits(limits);
      },
      connected: (is) => this.#connected(is),
      caughtUp: () => this.#caughtUp(),
      unauthorized: () => void this.#lapse(),
      forgotten: async () => {
        await this.threads.keep.setFact('histories', {});
        await this.#readThreads();
      },
    });
  }

  #newWriting(): Writing {
    return new Writing(this.hub, {
      written: (thread) => this.signs.written(thread),
      opened: () => this.#opened,
      begun: () => writeSession(this.#session),
      added: () => {
        this.wire.tabs?.tell({ type: 'outbox' });
        if (this.wire.isLeader) void this.writing.outbox.flush();
      },
      stored: () => this.wire.isLeader && this.wire.tabs?.tell({ type: 'outbox' }),
      progress: (key, share) => this.wire.tabs?.tell({ type: 'progress', key, share }),
      tell: (sentence) => this.tell(sentence),
      refused: (sentence) => {
        this.tell(sentence);
        this.wire.tabs?.tell({ type: 'refused', sentence });
      },
      unauthorized: () => void this.#lapse(),
      introduced: () => this.#introduced(),
    });
  }

  // A guest exists from the first message on; who only looks leaves no trace.
  #introduced(): Promise<void> {
    if (this.hub.token && !this.#link) return Promise.resolve();
    this.#introducing ??= this.#introduce().finally(() => (this.#introducing = null));
    return this.#introducing;
  }

  async #introduce(): Promise<void> {
    const link = this.#link;
    const signedIn = await this.hub.becomeGuest('', link || null, this.business.channel);
    this.#link = '';
    if (link) history.replaceState(null, '', location.pathname + location.hash);
    const isSame = this.#session.me === null || this.#session.me.id === signedIn.member.id;
    if (!isSame) await this.threads.forgetAll();
    this.threads.cursor = '';
    this.wire.hangUp();
    this.#become({ key: this.#session.key, token: signedIn.token, me: signedIn.member });
    void this.#begin();
  }

  async #lapse(): Promise<void> {
    if (!this.hub.token) return;
    const wasMember = this.me?.kind === 'member';
    this.wire.hangUp();
    this.hub.token = '';
    this.#session = { ...this.#session, token: '', me: wasMember ? this.#session.me : null };
    writeSession(this.#session);
    this.hasLapsed = true;
    this.me = null;
    this.threads.cursor = '';
    if (!wasMember) {
      await this.threads.forgetAll();
      void this.writing.outbox.flush();
    }
  }

  #connected(is: boolean): void {
    if (!is) this.signs.lost();
    this.wire.connected(is, this.isSomebody);
    this.wire.tabs?.tell({ type: 'connected', is, caughtUp: this.threads.isRead });
  }

  #caughtUp(): void {
    this.writing.outbox.hurry();
    this.wire.sayMissed();
    this.threads.readMissed();
  }

  // --- tabs ---------------------------------------------------------------------------------------

  #heard(news: TabNews): void {
    const leads = this.wire.isLeader;
    if (news.type === 'changes') this.threads.take(news.changes, news.cursor);
    else if (news.type === 'threads') this.threads.isRead = true;
    else if (news.type === 'passing') this.signs.heard(news.frame, this.myId);
    else if (news.type === 'progress') this.writing.progressed(news.key, news.share);
    else if (news.type === 'refused') this.tell(news.sentence);
    else if (news.type === 'me') this.tookMe(news.me);
    else if (news.type === 'outbox') void this.writing.readAgain(leads);
    else if (news.type === 'connected' && !leads) this.#followed(news.is, news.caughtUp);
    else if (news.type === 'say' && leads) this.wire.say(news.frame);
    else if (news.type === 'hurry' && leads) this.#hurryAsLeader();
    else if (news.type === 'ask' && leads) this.wire.tabs?.tell({ type: 'connected', is: this.wire.isConnected, caughtUp: this.threads.isRead });
  }

  #followed(isConnected: boolean, isRead: boolean): void {
    this.threads.isRead ||= isRead;
    this.wire.connected(isConnected, this.isSomebody);
    // The tab that leads may have become somebody since this one opened.
    const session = readSession(this.business.channel);
    if (session.token && session.token !== this.hub.token) this.#become(session);
  }

  #hurryAsLeader(): void {
    this.wire.line?.hurry();
    this.writing.outbox.hurry();
  }

  #lookedAt(): void {
    this.now = Date.now();
    this.wire.say({ type: 'focus', focus: !document.hidden });
    if (!document.hidden && !this.wire.isConnected) this.hurry();
  }
}

const KEY = Symbol('messenger');
export const provide = (messenger: Messenger) => setContext(KEY, messenger);
export const useMessenger = () => getContext<Messenger>(KEY);
