// Everything this page knows and does: who we are, our threads, what was said, what waits, and the line to the hub.
import { getContext, setContext } from 'svelte';
import { retryAfter } from '../../shared/backoff.ts';
import { newId } from '../../shared/ids.ts';
import { applied, historyOf, listed, readUpTo, type Threads } from './changes.ts';
import { dropEarly, earlyOnes } from './early.ts';
import { Hub, inWords, Refusal, type SignedIn, type ThreadChange } from './hub.ts';
import { type Keep, MemoryKeep, openKeep } from './keep.ts';
import { Line } from './line.ts';
import { type NewOp, type Op, type OutFile, Outbox } from './outbox.ts';
import { BUSINESS, type Change, type Info, type Limits, type Me, type Passing, type ReplyTo, type Saying, type Thread, USUAL_LIMITS } from './protocol.ts';
import { dropSession, isNewHere, readSession, type Session, writeSession } from './session.ts';
import { type TabNews, Tabs } from './tabs.ts';
import { Talk } from './talk.svelte.ts';

const NAME = 'holdfast.direct.';
const TICK_MS = 20_000;
const INFO_MS = 60_000;
const TYPING_MS = 6_000;
const TYPING_AGAIN_MS = 4_000;
const DRAFT_MS = 1_500;
const NOTE_MS = 7_000;
/** Breaks shorter than this are not worth a word. */
const AWAY_MS = 1_500;

export interface Typing {
  member: string;
  name: string;
  until: number;
}

export class Messenger {
  info = $state.raw<Info | null>(null);
  me = $state.raw<Me | null>(null);
  limits = $state.raw<Limits>(USUAL_LIMITS);
  threads = $state.raw<Threads>(new Map());
  ops = $state.raw<readonly Op[]>([]);
  /** What the device keeps has been read. */
  isReady = $state(false);
  /** The threads have been read at least once, so that an empty list is true. */
  isRead = $state(false);
  isConnected = $state(false);
  isAway = $state(false);
  keepsNothing = $state(false);
  /** The session ended elsewhere; what waits is kept for whoever signs in again. */
  hasLapsed = $state(false);
  typing = $state.raw<ReadonlyMap<string, readonly Typing[]>>(new Map());
  here = $state.raw<ReadonlyMap<string, { here: boolean; at: number }>>(new Map());
  progress = $state.raw<ReadonlyMap<string, number>>(new Map());
  threadsBefore = $state.raw<string | number | null>(null);
  note = $state('');
  now = $state(Date.now());
  /** Another one when everything that was read belongs to somebody else. */
  epoch = $state(0);

  readonly list = $derived(listed(this.threads.values()));
  readonly unread = $derived(this.list.filter((each) => each.state === 'open' && !this.isMuted(each)).reduce((sum, each) => sum + each.unread, 0));

  readonly hub = new Hub();
  channel: string;
  #session: Session;
  #keep: Keep = new MemoryKeep();
  readonly #sessions = new Tabs(`${NAME}session`, true, (news) => news.type === 'session' && location.reload());
  #tabs: Tabs | null = null;
  #line: Line | null = null;
  #outbox: Outbox;
  #cursor = '';
  /** The token of a private link, until the hub has taken it. */
  #link = '';
  #talks = new Map<string, Talk>();
  #reads = new Map<string, number>();
  #taking: Promise<void> = Promise.resolve();
  #opened: Promise<void> = Promise.resolve();
  #introducing: Promise<void> | null = null;
  #awayTimer: ReturnType<typeof setTimeout> | undefined;
  #noteTimer: ReturnType<typeof setTimeout> | undefined;
  #draftTimers = new Map<string, ReturnType<typeof setTimeout>>();
  #typingTold = new Map<string, number>();

  constructor(channel: string) {
    this.channel = channel;
    this.#session = readSession(channel);
    this.me = this.#session.me;
    this.hub.token = this.#session.token;
    this.#outbox = this.#newOutbox();
  }

  /** Whether somebody is signed in here, as a guest at least. */
  get isSomebody(): boolean {
    return this.me !== null || this.hub.token !== '';
  }

  get businessThread(): string {
    return `${BUSINESS}:${this.channel || 'web'}`;
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
    setInterval(() => void this.#readInfo(), INFO_MS);
    addEventListener('online', () => this.hurry());
    addEventListener('offline', () => this.#line?.drop());
    document.addEventListener('visibilitychange', () => this.#lookedAt());
    void this.#readInfo();
    // Without a connection it is followed with the first message.
    if (this.#link) await this.#followFirst().catch(() => {});
    // Nothing is kept of whoever is new here, who need not wait for the place where it would be.
    this.isReady = isNewHere();
    await this.#open();
  }

  /** Go on as whoever the private link was sent to. */
  async followLink(link: string): Promise<void> {
    const signedIn = await this.hub.becomeGuest('', link, this.channel);
    this.#link = '';
    history.replaceState(null, '', location.pathname + location.hash);
    await this.enter(signedIn);
  }

  /** Somebody comes back, or asks to: try everything that waits now. */
  hurry(): void {
    this.#tabs?.tell({ type: 'hurry' });
    this.#line?.hurry();
    if (this.#tabs?.isLeader) this.#outbox.hurry();
  }

  // --- who we are ---------------------------------------------------------------------------------

  async enter(signedIn: SignedIn): Promise<void> {
    const before = this.#session.me;
    const isSame = before?.id === signedIn.member.id;
    await this.#opened;
    this.#stop();
    if (before?.kind === 'member' && !isSame) await this.#keep.destroy();
    else if (!isSame) await this.#keep.dropRead();
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
    await this.enter(await this.hub.becomeGuest(name, null, this.channel));
  }

  /** Ends this device's session and forgets what it keeps. */
  async leave(isKnown = true): Promise<void> {
    if (isKnown) await this.hub.endDevice('current').catch(() => {});
    this.#stop();
    await this.#keep.destroy();
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
    const signedIn = await this.hub.becomeGuest('', this.#link, this.channel);
    this.#link = '';
    history.replaceState(null, '', location.pathname + location.hash);
    const { key, me } = this.#session;
    if (me) await (await openKeep(NAME + key)).dropRead();
    this.#become({ key, token: signedIn.token, me: signedIn.member });
    this.#sessions.tell({ type: 'session' });
  }

  // --- threads ------------------------------------------------------------------------------------

  thread(id: string): Thread | null {
    return this.threads.get(id) ?? (id.startsWith(`${BUSINESS}:`) ? this.#notYet(id) : null);
  }

  talk(id: string): Talk {
    let talk = this.#talks.get(id);
    if (!talk) {
      talk = new Talk(id, this.hub, () => this.#keep, () => historyOf(this.threads.get(id)));
      this.#talks.set(id, talk);
    }
    return talk;
  }

  isMuted(thread: Thread): boolean {
    return thread.muted_until > this.now;
  }

  titleOf(thread: Thread): string {
    if (thread.title) return thread.title;
    if (thread.kind === 'business') return this.info?.business.name || 'Us';
    const others = thread.members.filter((each) => each.id !== this.myId).map((each) => each.name || each.handle || 'Somebody');
    return others.join(', ') || 'Nobody else';
  }

  /** A thread that was made or changed by a call of ours. */
  took(thread: Thread): void {
    this.#takeAndTell([{ type: 'thread', thread }], '');
  }

  forget(thread: string): void {
    this.#takeAndTell([{ type: 'gone', thread }], '');
  }

  async change(id: string, change: ThreadChange): Promise<void> {
    const before = this.threads.get(id);
    if (before) this.took({ ...before, ...change });
    try {
      const thread = await this.hub.changeThread(id, change);
      if (thread) this.took(thread);
    } catch (problem) {
      if (before) this.took(before);
      this.tell(inWords(problem));
    }
  }

  async olderThreads(): Promise<void> {
    const page = await this.hub.threads(this.threadsBefore);
    this.threadsBefore = page.before ?? null;
    this.#takeAndTell(page.threads.map((thread) => ({ type: 'thread', thread })), '');
  }

  /** Kept here at once, and told to the hub when the hand rests. */
  keepDraft(id: string, draft: string): void {
    const thread = this.threads.get(id);
    if (!thread || thread.draft === draft) return;
    this.#takeAndTell([{ type: 'thread', thread: { ...thread, draft } }], '');
    clearTimeout(this.#draftTimers.get(id));
    const telling = () => void this.hub.changeThread(id, { draft }).catch(() => {});
    this.#draftTimers.set(id, setTimeout(telling, DRAFT_MS));
  }

  // --- writing ------------------------------------------------------------------------------------

  async write(thread: string, text: string, replyTo: ReplyTo | null, files: OutFile[]): Promise<boolean> {
    this.#typingTold.delete(thread);
    return this.#add({ kind: 'send', thread, id: newId(), text, replyTo, files, at: Date.now(), state: 'waiting', reason: '' });
  }

  // What was sent before this was here. One tab takes it over; it is forgotten there only once it is kept here.
  async #takeEarly(): Promise<void> {
    if (earlyOnes().length === 0) return;
    const taking = async () => {
      for (const { id, thread, text, at } of earlyOnes()) {
        const isKept = this.ops.some((op) => op.kind === 'send' && op.id === id);
        const op: NewOp = { kind: 'send', thread, id, text, replyTo: null, files: [], at, state: 'waiting', reason: '' };
        if (isKept || (await this.#store(op))) dropEarly(new Set([id]));
      }
    };
    await (navigator.locks?.request(`${NAME}early`, taking) ?? taking());
  }

  edit(thread: string, message: string, text: string): Promise<boolean> {
    return this.#add({ kind: 'edit', thread, message, text, at: Date.now() });
  }

  unsend(thread: string, message: string): Promise<boolean> {
    return this.#add({ kind: 'unsend', thread, message, at: Date.now() });
  }

  react(thread: string, message: string, emoji: string): Promise<boolean> {
    return this.#add({ kind: 'react', thread, message, emoji, at: Date.now() });
  }

  async retry(op: Op): Promise<void> {
    await this.#outbox.retry(op.n);
    this.#outboxChanged();
  }

  async discard(op: Op): Promise<void> {
    await this.#outbox.discard(op.n);
    this.#outboxChanged();
  }

  markRead(thread: string, upto: number): void {
    const known = this.threads.get(thread);
    if (!known || known.state !== 'open' || (known.unread === 0 && readUpTo(known, this.myId) >= upto)) return;
    const receipt: Change = { type: 'receipt', thread, member: this.myId, delivered: upto, read: upto };
    this.#takeAndTell([receipt], '');
    this.#say({ type: 'read', ref: newId(), thread, upto });
  }

  isTyping(thread: string): void {
    if (this.me?.settings.typing === false) return;
    if (Date.now() - (this.#typingTold.get(thread) ?? 0) < TYPING_AGAIN_MS) return;
    this.#typingTold.set(thread, Date.now());
    this.#say({ type: 'typing', thread });
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
    this.#keep = await openKeep(NAME + this.#session.key);
    this.keepsNothing = this.#keep.isMemory;
    this.#outbox = this.#newOutbox();
    if (this.isSomebody || !this.isReady) this.#forgetTalks();
    this.#cursor = (await this.#keep.fact<string>('cursor')) ?? '';
    this.threadsBefore = await this.#keep.fact<string>('before');
    this.threads = new Map((await this.#keep.threads()).map((thread) => [thread.id, thread]));
    this.isRead = this.#cursor !== '';
    await this.#outbox.load();
    await this.#takeEarly();
    if (window.holdfastOpened) window.holdfastOpened.written = () => void this.#takeEarly();
    this.isReady = true;
    const name = NAME + this.#session.key;
    this.#tabs = new Tabs(name, !this.#keep.isMemory, (news) => this.#heard(news));
    this.#tabs.tell({ type: 'ask' });
    this.#tabs.stand(name, () => void this.#lead());
    this.#watchAway();
  }

  #forgetTalks(): void {
    this.#talks = new Map();
    this.epoch += 1;
  }

  #stop(): void {
    this.#line?.stop();
    this.#line = null;
    this.#outbox.stop();
    this.#tabs?.close();
    this.#tabs = null;
    this.isConnected = false;
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
    this.#cursor = (await this.#keep.fact<string>('cursor')) ?? this.#cursor;
    await this.#outbox.load();
    await this.#outbox.settle(this.#selves());
    void this.#begin();
    void this.#outbox.flush();
  }

  async #begin(): Promise<void> {
    if (!this.hub.token || this.#line) return;
    const line = (this.#line = this.#newLine());
    for (let failures = 0; this.#cursor === '' && this.#line === line; failures += 1) {
      try {
        await this.#readThreads();
      } catch (problem) {
        if (problem instanceof Refusal && problem.status === 401) return this.#lapse();
        await new Promise((resolve) => setTimeout(resolve, retryAfter(failures, Math.random())));
      }
    }
    if (this.#line === line) await line.run();
  }

  async #readThreads(): Promise<void> {
    const page = await this.hub.threads(null);
    for (const talk of this.#talks.values()) talk.doubt();
    this.threadsBefore = page.before ?? null;
    await this.#keep.setFact('before', this.threadsBefore);
    const isAgain = this.isRead;
    this.#takeAndTell(page.threads.map((thread) => ({ type: 'thread', thread })), page.cursor);
    await this.#taking;
    this.isRead = true;
    this.#tabs?.tell({ type: 'threads' });
    if (isAgain) for (const talk of this.#talks.values()) if (talk.isOpen) void talk.open();
  }

  #newLine(): Line {
    return new Line(this.hub, {
      cursor: () => this.#cursor,
      isInFront: () => !document.hidden && document.hasFocus(),
      changes: (changes, cursor) => this.#takeAndTell(changes, cursor),
      passing: (frame) => {
        this.#passing(frame);
        this.#tabs?.tell({ type: 'passing', frame });
      },
      welcome: (member, limits) => {
        this.tookMe(member);
        this.#tabs?.tell({ type: 'me', me: member });
        if (limits) this.limits = { ...USUAL_LIMITS, ...limits };
      },
      connected: (is) => this.#connected(is),
      caughtUp: () => this.#caughtUp(),
      unauthorized: () => void this.#lapse(),
      forgotten: async () => {
        await this.#keep.setFact('histories', {});
        await this.#readThreads();
      },
    });
  }

  #newOutbox(): Outbox {
    return new Outbox(this.#keep, this.hub, {
      changed: () => (this.ops = this.#outbox.rows),
      stored: () => this.#tabs?.isLeader && this.#tabs.tell({ type: 'outbox' }),
      progress: (key, share) => {
        this.#progressed(key, share);
        this.#tabs?.tell({ type: 'progress', key, share });
      },
      refused: (sentence) => {
        this.tell(sentence);
        this.#tabs?.tell({ type: 'refused', sentence });
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
    const signedIn = await this.hub.becomeGuest('', link || null, this.channel);
    this.#link = '';
    if (link) history.replaceState(null, '', location.pathname + location.hash);
    const isSame = this.#session.me === null || this.#session.me.id === signedIn.member.id;
    if (!isSame) {
      await this.#keep.dropRead();
      this.threads = new Map();
      this.#forgetTalks();
    }
    this.#cursor = '';
    this.#line?.stop();
    this.#line = null;
    this.#become({ key: this.#session.key, token: signedIn.token, me: signedIn.member });
    void this.#begin();
  }

  async #lapse(): Promise<void> {
    if (!this.hub.token) return;
    const wasMember = this.me?.kind === 'member';
    this.#line?.stop();
    this.#line = null;
    this.hub.token = '';
    this.#session = { ...this.#session, token: '', me: wasMember ? this.#session.me : null };
    writeSession(this.#session);
    this.hasLapsed = true;
    this.me = null;
    this.#cursor = '';
    if (!wasMember) {
      await this.#keep.dropRead();
      this.threads = new Map();
      this.#forgetTalks();
      void this.#outbox.flush();
    }
  }

  // --- taking in ----------------------------------------------------------------------------------

  #takeAndTell(changes: Change[], cursor: string): void {
    this.#take(changes, cursor);
    this.#tabs?.tell({ type: 'changes', changes, cursor });
    const threads = [...this.threads.values()].filter((each) => changes.some((change) => threadOf(change) === each.id));
    const messages = changes.flatMap((change) => (change.type === 'message' ? [change.message] : []));
    const gone = changes.flatMap((change) => (change.type === 'gone' ? [change.thread] : []));
    this.#taking = this.#taking
      .then(() => this.#keep.take({ messages, threads, gone, cursor: cursor || null }))
      .then(() => this.#tellDelivered(threads))
      .catch(() => {});
  }

  #take(changes: readonly Change[], cursor: string): void {
    if (cursor) this.#cursor = cursor;
    if (changes.length === 0) return;
    const result = applied(this.threads, changes, this.myId);
    this.threads = result.threads;
    for (const talk of this.#talks.values()) {
      talk.take(result.messages);
      if (result.rewritten.has(talk.id)) void talk.rewritten();
    }
    if (result.me) this.tookMe(result.me);
    this.#notTyping(result.messages);
    void this.#outbox.arrived(new Set(result.messages.map((message) => message.id)), this.#selves());
    if (this.#tabs?.isLeader) for (const id of result.unknown) void this.#readThread(id);
  }

  async #readThread(id: string): Promise<void> {
    const thread = await this.hub.thread(id).catch(() => null);
    if (thread) this.took(thread);
  }

  #tellDelivered(threads: readonly Thread[]): void {
    if (!this.#tabs?.isLeader) return;
    for (const { id, state, last, members } of threads) {
      const mine = members.find((each) => each.id === this.myId);
      if (state !== 'open' || !last || last.author === this.myId || !mine || mine.delivered >= last.order) continue;
      this.#line?.say({ type: 'delivered', ref: newId(), thread: id, upto: last.order });
    }
  }

  #passing(frame: Passing): void {
    if (frame.type === 'presence') {
      this.here = new Map(this.here).set(frame.member, { here: frame.here, at: frame.at });
      return;
    }
    if (frame.member === this.myId) return;
    const typing = { member: frame.member, name: frame.name, until: Date.now() + TYPING_MS };
    const others = (this.typing.get(frame.thread) ?? []).filter((each) => each.member !== frame.member);
    this.typing = new Map(this.typing).set(frame.thread, [...others, typing]);
    setTimeout(() => this.#forgetTyping(frame.thread, (each) => each.until > Date.now()), TYPING_MS + 50);
  }

  #notTyping(messages: readonly { thread: string; author: string }[]): void {
    if (this.typing.size === 0) return;
    for (const { thread, author } of messages) this.#forgetTyping(thread, (each) => each.member !== author);
  }

  #forgetTyping(thread: string, stays: (typing: Typing) => boolean): void {
    const left = (this.typing.get(thread) ?? []).filter(stays);
    const typing = new Map(this.typing);
    if (left.length > 0) typing.set(thread, left);
    else typing.delete(thread);
    this.typing = typing;
  }

  #connected(is: boolean): void {
    this.isConnected = is;
    if (!is) this.here = new Map();
    this.#watchAway();
    this.#tabs?.tell({ type: 'connected', is, caughtUp: this.isRead });
  }

  #watchAway(): void {
    clearTimeout(this.#awayTimer);
    if (this.isConnected || !this.isSomebody) this.isAway = false;
    else this.#awayTimer = setTimeout(() => (this.isAway = !this.isConnected), AWAY_MS);
  }

  #caughtUp(): void {
    this.#outbox.hurry();
    for (const [thread, upto] of this.#reads) this.#say({ type: 'read', ref: newId(), thread, upto });
    for (const talk of this.#talks.values()) if (talk.problem) void talk.open();
  }

  #progressed(key: string, share: number): void {
    this.progress = new Map(this.progress).set(key, share);
  }

  // --- tabs ---------------------------------------------------------------------------------------

  #heard(news: TabNews): void {
    const leads = this.#tabs?.isLeader ?? false;
    if (news.type === 'changes') this.#take(news.changes, news.cursor);
    else if (news.type === 'threads') this.isRead = true;
    else if (news.type === 'passing') this.#passing(news.frame);
    else if (news.type === 'progress') this.#progressed(news.key, news.share);
    else if (news.type === 'refused') this.tell(news.sentence);
    else if (news.type === 'me') this.tookMe(news.me);
    else if (news.type === 'outbox') void this.#outboxTold(leads);
    else if (news.type === 'connected' && !leads) this.#followed(news.is, news.caughtUp);
    else if (news.type === 'say' && leads) this.#say(news.frame);
    else if (news.type === 'hurry' && leads) this.#hurryAsLeader();
    else if (news.type === 'ask' && leads) this.#tabs?.tell({ type: 'connected', is: this.isConnected, caughtUp: this.isRead });
  }

  async #outboxTold(leads: boolean): Promise<void> {
    await this.#outbox.load();
    if (leads) await this.#outbox.flush();
  }

  #followed(isConnected: boolean, isRead: boolean): void {
    this.isConnected = isConnected;
    this.isRead ||= isRead;
    this.#watchAway();
    // The tab that leads may have become somebody since this one opened.
    const session = readSession(this.channel);
    if (session.token && session.token !== this.hub.token) this.#become(session);
  }

  #hurryAsLeader(): void {
    this.#line?.hurry();
    this.#outbox.hurry();
  }

  #say(frame: Saying): void {
    if (!this.#tabs?.isLeader) return this.#tabs?.tell({ type: 'say', frame });
    if (this.#line?.say(frame)) {
      if (frame.type === 'read') this.#reads.delete(frame.thread);
    } else if (frame.type === 'read') {
      this.#reads.set(frame.thread, frame.upto);
      if (this.isConnected) void this.hub.read(frame.thread, frame.upto).then(() => this.#reads.delete(frame.thread), () => {});
    }
  }

  #lookedAt(): void {
    this.now = Date.now();
    this.#say({ type: 'focus', focus: !document.hidden });
    if (!document.hidden && !this.isConnected) this.hurry();
  }

  async #add(op: NewOp): Promise<boolean> {
    await this.#opened;
    return this.#store(op);
  }

  async #store(op: NewOp): Promise<boolean> {
    try {
      writeSession(this.#session);
      await this.#outbox.add(op);
    } catch (problem) {
      this.tell(inWords(problem));
      return false;
    }
    this.#outboxChanged();
    return true;
  }

  #outboxChanged(): void {
    this.#tabs?.tell({ type: 'outbox' });
    if (this.#tabs?.isLeader) void this.#outbox.flush();
  }

  #notYet(id: string): Thread {
    const { name = '', picture = '' } = this.info?.business ?? {};
    const members = [{ id: BUSINESS, name, handle: '', picture, role: 'owner' as const, delivered: 0, read: 0 }];
    return { id, kind: 'business', title: name, picture, members, state: 'open', last: null, unread: 0, pinned: false, muted_until: 0, draft: '', created_at: 0 };
  }

  async #readInfo(): Promise<void> {
    try {
      this.info = (await window.holdfastOpened?.info) ?? (await this.hub.info(this.channel));
      if (window.holdfastOpened) window.holdfastOpened.info = Promise.resolve(null);
      this.channel ||= this.info.channel;
      if (this.info.limits) this.limits = { ...USUAL_LIMITS, ...this.info.limits };
    } catch {
      // The last words stay; the line tells by itself whether the hub is there.
    }
  }
}

function threadOf(change: Change): string {
  if (change.type === 'message' || change.type === 'receipt') return change.thread;
  return change.type === 'thread' ? change.thread.id : '';
}

const KEY = Symbol('messenger');
export const provide = (messenger: Messenger) => setContext(KEY, messenger);
export const useMessenger = () => getContext<Messenger>(KEY);
