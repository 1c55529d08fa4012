// The open conversation: its messages, the person, the ways to reach them, and replies on their way to the hub.
import { t } from '../languages/language.ts';
import { retryAfter } from '../../shared/backoff.ts';
import { type Api, ApiError, gone, inWords } from './api.ts';
import { Gather } from './gather.ts';
import { span } from '../../shared/time.ts';
import { byTime, firstUnread, merged, newestOf } from './ordering.ts';
import type { GivenBack, Outgoing, Written } from './outgoing.ts';
import type { Around, Consent, ConversationInFull, LaterReply, Message, Note, StoryLine, Upload } from './types.ts';

const PAGE_SIZE = 60;
/** What somebody scrolls to comes in larger pages than what they opened. */
const MORE_SIZE = 150;
const SINGLE_READS_MAX = 8;

export class Thread {
  readonly id: string;
  conversation = $state<ConversationInFull | null>(null);
  messages = $state.raw<Message[]>([]);
  notes = $state.raw<Note[]>([]);
  story = $state.raw<StoryLine[]>([]);
  later = $state<LaterReply[]>([]);
  outgoing = $state<Outgoing[]>([]);
  /** A reply that the hub said no to, given back to whoever wrote it. */
  refused = $state<{ text: string; files: Upload[]; replyTo: string; why: string } | null>(null);
  /** A reply that was not sent because somebody else answered while it was written, and what they said. */
  crossed = $state<{ text: string; files: Upload[]; channel: string; replyTo: string; meanwhile: Message[] } | null>(null);
  givenBack = $state<GivenBack | null>(null);
  /** The message that the next reply quotes. */
  quoted = $state<Message | null>(null);
  loading = $state(true);
  problem = $state('');
  older = $state<string | null>(null);
  /** Leads to newer messages, where the shown ones are not the newest. */
  newer = $state<string | null>(null);
  /** The message or note that somebody came for. */
  sought = $state<string | null>(null);
  /** The first message that was not read when they came, or that arrived while they were elsewhere. */
  newFrom = $state('');
  /** How many arrived that have not been on the screen. */
  unseen = $state(0);
  /** Whether the reader is at the end of the thread. */
  atEnd = $state(true);
  /** Older or newer messages are on their way. */
  reading = $state(false);
  /** Said aloud by screen readers. */
  announcement = $state('');
  #api: Api;
  #changedMessages = new Gather((ids) => this.#refreshMessages(ids));
  #changedAround = new Gather(() => this.#refreshAround());
  #changedBeside = new Gather(() => this.#readBeside());
  /** Something happened in it while it was not shown. */
  isStale = false;
  #isOpen = false;
  #isNew = true;
  #isAsking = false;
  #asked = 0;
  #flushing: Promise<void> | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;

  constructor(api: Api, id: string) {
    this.#api = api;
    this.id = id;
  }

  /** Somebody comes, for one message where `at` names one. What is here is shown at once. */
  async enter(at: string | null): Promise<void> {
    this.#isOpen = true;
    this.#isNew = true;
    this.atEnd = true;
    this.unseen = 0;
    this.newFrom = '';
    this.announcement = '';
    // What is being read ahead counts as entered once it is here.
    if (this.#isAsking && !at) return;
    if (this.loading || this.isStale || this.problem || (this.newer !== null && !at)) return this.load(at);
    if (at) await this.goTo(at);
    this.#entered(at);
  }

  leave(): void {
    this.#isOpen = false;
    this.sought = null;
  }

  /** Somebody may come. */
  async readAhead(): Promise<void> {
    if (!this.#isOpen && (this.#asked === 0 || this.isStale)) await this.load(null);
  }

  #entered(at: string | null): void {
    if (!this.#isOpen) return;
    if (this.#isNew && !at) this.newFrom = firstUnread(this.messages, this.conversation?.unread ?? 0);
    this.#isNew = false;
    this.#markRead();
  }

  async load(at: string | null = this.newer === null ? null : this.sought): Promise<void> {
    const asked = (this.#asked += 1);
    this.#isAsking = true;
    this.isStale = false;
    try {
      // What was said is shown as soon as it is here; notes and decisions take their places among it.
      const beside = this.#readBeside().then(() => null, inWords);
      const [conversation, part] = await Promise.all([this.#api.conversation(this.id), this.#part(at)]);
      if (asked !== this.#asked) return;
      this.conversation = conversation;
      this.#show(part, at);
      this.problem = '';
      this.loading = false;
      this.#isAsking = false;
      this.#entered(at);
      this.problem = (await beside) ?? '';
    } catch (problem) {
      if (asked !== this.#asked) return;
      this.problem =
        problem instanceof ApiError && problem.status === 404 ? t('There is no such conversation.') : inWords(problem);
    } finally {
      if (asked === this.#asked) this.loading = this.#isAsking = false;
    }
  }

  /** The reader looks at the end, where everything that came has been seen. */
  see(): void {
    this.unseen = 0;
    this.#markRead();
  }

  /** Go to one message or note, which may be from long ago. */
  async goTo(at: string): Promise<void> {
    if (this.messages.some((message) => message.id === at)) {
      this.sought = at;
      return;
    }
    await this.#replace(at);
  }

  /** The newest messages instead of older ones. */
  async toNewest(): Promise<void> {
    if (this.newer !== null) await this.#replace(null);
  }

  loadNewer(): Promise<void> {
    return this.#more('newer');
  }

  loadOlder(): Promise<void> {
    return this.#more('older');
  }

  /** One page at a time; one that no longer belongs to what is shown is dropped. */
  async #more(where: 'older' | 'newer'): Promise<void> {
    const from = this[where];
    if (this.reading || !from) return;
    this.reading = true;
    try {
      const page = await this.#api.messages(this.id, { limit: MORE_SIZE, [where === 'older' ? 'before' : 'after']: from });
      if (this[where] !== from) return;
      this[where] = page.next;
      this.#merge(page.items);
      this.problem = '';
    } catch (problem) {
      this.problem = inWords(problem);
    } finally {
      this.reading = false;
    }
  }

  async #replace(at: string | null): Promise<void> {
    try {
      this.#show(await this.#part(at), at);
    } catch (problem) {
      this.problem = inWords(problem);
    }
  }

  async #part(at: string | null): Promise<Around> {
    if (at) {
      const found = await this.#api.around(this.id, at, PAGE_SIZE).catch(gone);
      if (found) return found;
    }
    const page = await this.#api.messages(this.id, { limit: PAGE_SIZE });
    return { items: page.items, older: page.next, newer: null };
  }

  #show(part: Around, at: string | null): void {
    this.older = part.older;
    this.newer = part.newer;
    this.messages = part.items.toSorted(byTime);
    this.sought = at;
  }

  messageChanged(id: string): void {
    this.#changedMessages.add(id);
  }

  /** Routes, windows, consent or the person's name may be different. */
  aroundChanged(): void {
    this.#changedAround.add('conversation');
  }

  /** Notes, decisions or replies for later are different. */
  besideChanged(): void {
    this.#changedBeside.add('beside');
  }

  async note(text: string, mentions: string[]): Promise<void> {
    await this.#api.addNote(this.id, text, mentions);
    await this.#readBeside();
  }

  async removeNote(id: string): Promise<void> {
    await this.#api.removeNote(id);
    await this.#readBeside();
  }

  async sendLater({ text, files, channel, replyTo }: GivenBack, at: number): Promise<void> {
    await this.#api.addLater(this.id, { text, files: files.map((file) => file.id), channel, reply_to: replyTo, send_at: at });
    await this.#readBeside();
  }

  /** Take back a reply that has not left, to write on. */
  async takeBack(id: string): Promise<void> {
    const { text, files, route, reply_to } = await this.#api.cancelLater(id);
    this.givenBack = { text, files, channel: route, replyTo: reply_to ?? '' };
    this.later = this.later.filter((reply) => reply.id !== id);
    await this.#readBeside();
  }

  /** Take back what an agent sent last, if it is still held; false where nothing is. */
  async undoSend(agent: string): Promise<boolean> {
    await this.#flushing;
    const held = this.heldOf(agent);
    if (held) await this.takeBack(held.id);
    return held !== undefined;
  }

  heldOf(agent: string): LaterReply | undefined {
    return this.later.findLast((reply) => reply.held && reply.state === 'waiting' && reply.author === `agent:${agent}`);
  }

  /** Whether something that was just sent can be taken back, as far as is known here. */
  holds(agent: string): boolean {
    return this.heldOf(agent) !== undefined || this.outgoing.some((reply) => reply.held);
  }

  /** Show the reply at once and bring it to the hub. When the hub refuses it, `refused` has the text again. */
  async send(written: Written): Promise<void> {
    this.refused = null;
    this.crossed = null;
    this.newFrom = '';
    this.outgoing = [...this.outgoing, { ...written, at: Date.now(), trouble: '', posting: false }];
    await this.flush();
  }

  /** Bring waiting replies to the hub, one after the other, so that their order is kept. */
  async flush(): Promise<void> {
    this.#flushing ??= this.#postAll().finally(() => (this.#flushing = null));
    await this.#flushing;
  }

  async #postAll(): Promise<void> {
    clearTimeout(this.#retry);
    while (this.outgoing[0] && (await this.#post(this.outgoing[0])));
  }

  /** The newest message that is known here, in the hub's order. */
  get newest(): string {
    return newestOf(this.messages);
  }

  discard(key: string): void {
    this.outgoing = this.outgoing.filter((reply) => reply.key !== key);
  }

  async settleDoubt(id: string, decision: 'sent' | 'resend' | 'give_up'): Promise<void> {
    this.#merge([await this.#api.settleDoubt(id, decision)]);
  }

  async cancel(id: string): Promise<void> {
    this.#merge([await this.#api.cancel(id)]);
  }

  /** Quote a message of this conversation in the next reply; nothing for an unknown or empty one. */
  quote(id: string): void {
    this.quoted = this.messages.find((message) => message.id === id) ?? null;
  }

  async react(id: string, emoji: string): Promise<void> {
    this.#merge([await this.#api.react(id, emoji)]);
  }

  async edit(id: string, text: string): Promise<void> {
    this.#merge([await this.#api.edit(id, text)]);
  }

  async unsend(id: string): Promise<void> {
    this.#merge([await this.#api.unsend(id)]);
  }

  async setConsent(address: string, consent: Consent): Promise<void> {
    if (!this.conversation) return;
    await this.#api.setConsent(this.conversation.contact.id, address, consent);
    await this.#refreshConversation();
  }

  async #post(reply: Outgoing): Promise<boolean> {
    this.#update(reply.key, { posting: true, trouble: '' });
    try {
      const files = reply.files.map((file) => file.id);
      const body = { text: reply.text, channel: reply.channel, idempotency_key: reply.key, files, reply_to: reply.replyTo, ...(reply.seen === undefined ? {} : { seen: reply.seen }) };
      const held = reply.held ? await this.#api.addLater(this.id, body) : null;
      const message = held ? null : await this.#api.reply(this.id, body);
      this.#failures = 0;
      this.discard(reply.key);
      if (held) this.#hold(held);
      await this.toNewest();
      if (message) this.#merge([message]);
      return true;
    } catch (problem) {
      return this.#postFailed(reply, problem);
    }
  }

  #hold(held: LaterReply): void {
    if (held.state !== 'waiting') return;
    this.later = [...this.later.filter((reply) => reply.id !== held.id), held];
    const time = span(held.send_at - held.made_at);
    this.announcement = t('Your reply goes out in {time}. Ctrl z takes it back.', { time });
  }

  // After a lost answer the same key is used again, so the hub keeps the reply once.
  #postFailed(reply: Outgoing, problem: unknown): boolean {
    if (problem instanceof ApiError && !problem.isPassing) {
      this.discard(reply.key);
      if (problem.code === 'answered_meanwhile') {
        this.crossed = { text: reply.text, files: reply.files, channel: reply.channel, replyTo: reply.replyTo, meanwhile: problem.meanwhile };
        this.#merge(problem.meanwhile);
        return true;
      }
      this.refused = { text: reply.text, files: reply.files, replyTo: reply.replyTo, why: problem.message };
      return true;
    }
    this.#update(reply.key, { posting: false, trouble: inWords(problem) });
    this.#retry = setTimeout(() => void this.flush(), retryAfter(this.#failures++, Math.random()));
    return false;
  }

  #update(key: string, change: Partial<Outgoing>): void {
    this.outgoing = this.outgoing.map((reply) => (reply.key === key ? { ...reply, ...change } : reply));
  }

  async #refreshMessages(ids: string[]): Promise<void> {
    if (ids.length > SINGLE_READS_MAX) {
      this.#take((await this.#api.messages(this.id, { limit: PAGE_SIZE })).items);
    } else {
      const read = await Promise.all(ids.map((id) => this.#readMessage(id)));
      this.#take(read.filter((message) => message !== null));
    }
    this.problem = '';
  }

  #readMessage(id: string): Promise<Message | null> {
    return this.#api.message(id).catch(gone);
  }

  #take(read: Message[]): void {
    const own = read.filter((message) => message.conversation_id === this.id && !this.#isBeingPosted(message));
    const fresh = own.filter((message) => !this.messages.some((known) => known.id === message.id));
    // While older ones are shown, what is new stands beyond them, behind a gap.
    this.#merge(this.newer === null ? own : own.filter((message) => !fresh.includes(message)));
    const arrived = fresh.filter((message) => message.direction === 'in');
    if (arrived.length > 0) this.#arrived(arrived);
  }

  #arrived(arrived: Message[]): void {
    const [first, message] = [arrived[0]!, arrived.at(-1)!];
    if (!this.atEnd || this.newer !== null || document.hidden) {
      if (this.unseen === 0) this.newFrom = first.id;
      this.unseen += arrived.length;
    }
    this.announcement = t('{name} writes: {text}', { name: message.author_name || t('The customer'), text: message.text });
    this.#markRead();
    this.aroundChanged();
  }

  // The hub's word of our own reply can overtake the answer to the request that made it.
  #isBeingPosted(message: Message): boolean {
    if (message.direction === 'in' || this.messages.some((known) => known.id === message.id)) return false;
    return this.outgoing.some((reply) => reply.posting && reply.text === message.text);
  }

  #merge(read: Message[]): void {
    this.messages = merged(this.messages, read);
  }

  async #refreshAround(): Promise<void> {
    await Promise.all([this.#refreshConversation(), this.#readBeside()]);
  }

  async #readBeside(): Promise<void> {
    [this.notes, this.story, this.later] = await Promise.all([
      this.#api.notes(this.id),
      this.#api.story(this.id),
      this.#api.later(this.id),
    ]);
  }

  async #refreshConversation(): Promise<void> {
    this.conversation = await this.#api.conversation(this.id);
  }

  #markRead(): void {
    if (document.hidden) return;
    this.#api.markRead(this.id).catch(() => {});
  }
}
