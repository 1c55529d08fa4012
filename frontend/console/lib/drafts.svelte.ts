// What was typed but not sent, kept for each conversation: in the tab at once, with the hub a moment later, so that it
// can be gone on with on another device. What another device kept since is never written over: people choose.
import { type Api, ApiError } from './api.ts';
import { course, type Kept } from './drafting.ts';

const PREFIX = 'holdfast.draft.';
const REST_MS = 700;
const AGAIN_MS = 5_000;

export interface ReplyDraft {
  conversation_id: string;
  text: string;
  route: string;
  at: number;
}

/** The reply box of a conversation: what it says, and how to let it say something else. */
export interface Box {
  text: () => string;
  take: (text: string) => void;
}

const NOTHING: Kept = { text: '', saved: '', at: 0 };

export class Drafts {
  /** What this person wrote on another device while something else was written here, by conversation. */
  others = $state<Record<string, ReplyDraft>>({});
  #api: Api;
  #kept = new Map<string, Kept>();
  #timers = new Map<string, ReturnType<typeof setTimeout>>();
  #underWay = new Set<string>();
  #boxes = new Map<string, Box>();

  constructor(api: Api) {
    this.#api = api;
  }

  get(conversation: string): string {
    return this.#of(conversation).text;
  }

  keep(conversation: string, text: string): void {
    const before = this.#of(conversation);
    if (before.text === text) return;
    this.#put(conversation, { ...before, text });
    this.#later(conversation, REST_MS);
  }

  /** A box is open: what another device wrote appears in it, now and whenever this page is looked at again. */
  attend(conversation: string, box: Box): () => void {
    this.#boxes.set(conversation, box);
    void this.look(conversation);
    const seen = () => {
      if (document.visibilityState === 'visible') void this.look(conversation);
      else void this.#save(conversation);
    };
    document.addEventListener('visibilitychange', seen);
    window.addEventListener('focus', seen);
    return () => {
      document.removeEventListener('visibilitychange', seen);
      window.removeEventListener('focus', seen);
      this.#boxes.delete(conversation);
      void this.#save(conversation);
    };
  }

  /** Ask the hub what stands there, and take it where nothing else was written here meanwhile. */
  async look(conversation: string): Promise<void> {
    if (this.#underWay.has(conversation)) return;
    try {
      const path = `/conversations/${encodeURIComponent(conversation)}/draft`;
      this.#compare(conversation, (await this.#api.ask<{ draft: ReplyDraft | null }>('GET', path)).draft);
    } catch {
      // What is here stays; the next look will tell.
    }
  }

  /** Go on with what was written on the other device. */
  chooseOther(conversation: string): void {
    const other = this.others[conversation];
    if (other) this.#adopt(conversation, other);
  }

  /** Go on with what stands here; it replaces the other. */
  chooseMine(conversation: string): void {
    const other = this.others[conversation];
    if (!other) return;
    delete this.others[conversation];
    this.#put(conversation, { ...this.#of(conversation), saved: other.text, at: other.at });
    this.#later(conversation, 0);
  }

  /** Whoever signs out leaves nothing for the next one at this desk. */
  forget(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const conversation of this.#kept.keys()) write(conversation, NOTHING);
    this.#kept.clear();
    this.others = {};
  }

  #compare(conversation: string, there: ReplyDraft | null): void {
    const here = this.#of(conversation);
    const next = course(here, there);
    if (next === 'take') this.#adopt(conversation, there);
    else if (next === 'ask' && there) this.others[conversation] = there;
    else if (next === 'begin') this.#put(conversation, { text: here.text, saved: '', at: 0 });
    if (next !== 'ask') this.#later(conversation, REST_MS);
  }

  #adopt(conversation: string, there: ReplyDraft | null): void {
    const text = there?.text ?? '';
    delete this.others[conversation];
    this.#put(conversation, { text, saved: text, at: there?.at ?? 0 });
    const box = this.#boxes.get(conversation);
    if (box && box.text() !== text) box.take(text);
  }

  #later(conversation: string, ms: number): void {
    clearTimeout(this.#timers.get(conversation));
    this.#timers.set(conversation, setTimeout(() => void this.#save(conversation), ms));
  }

  async #save(conversation: string): Promise<void> {
    const { text, saved, at } = this.#of(conversation);
    if (text === saved || this.others[conversation] || this.#underWay.has(conversation)) return;
    this.#underWay.add(conversation);
    let stands = false;
    try {
      const path = `/conversations/${encodeURIComponent(conversation)}/draft`;
      const { draft } = await this.#api.ask<{ draft: ReplyDraft | null }>('PUT', path, { text, route: 'auto', seen_at: at });
      this.#put(conversation, { text: this.#of(conversation).text, saved: text, at: draft?.at ?? 0 });
      if (this.#of(conversation).text !== text) this.#later(conversation, REST_MS);
    } catch (problem) {
      stands = problem instanceof ApiError && problem.status === 409;
      if (problem instanceof ApiError && problem.isPassing) this.#later(conversation, AGAIN_MS);
    } finally {
      this.#underWay.delete(conversation);
    }
    if (stands) await this.look(conversation);
  }

  #of(conversation: string): Kept {
    return this.#kept.get(conversation) ?? read(conversation);
  }

  #put(conversation: string, kept: Kept): void {
    this.#kept.set(conversation, kept);
    write(conversation, kept);
  }
}

function read(conversation: string): Kept {
  try {
    const text = sessionStorage.getItem(PREFIX + conversation);
    return text ? { ...NOTHING, ...(JSON.parse(text) as Partial<Kept>) } : NOTHING;
  } catch {
    return NOTHING;
  }
}

function write(conversation: string, kept: Kept): void {
  try {
    if (kept.text || kept.saved) sessionStorage.setItem(PREFIX + conversation, JSON.stringify(kept));
    else sessionStorage.removeItem(PREFIX + conversation);
  } catch {
    // Storage is blocked or full: memory has it while the page is open.
  }
}
