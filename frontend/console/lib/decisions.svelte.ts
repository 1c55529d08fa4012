// Decisions about conversations, each with its way back.
import { t, tn } from '../languages/language.ts';
import { type Api, inWords } from './api.ts';
import type { Decision, Standing } from './types.ts';

const SHOWN_MS = 10_000;

/** What was just done, in words, and how to undo it. */
export interface Done {
  sentence: string;
  undo: (() => Promise<unknown>) | null;
  isTrouble: boolean;
}

export class Decisions {
  done = $state<Done | null>(null);
  #api: Api;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(api: Api) {
    this.#api = api;
  }

  /** Decide about these conversations, all or none; `did` says it as in "Resolved". */
  async decide(ids: string[], decision: Decision, did: string): Promise<boolean> {
    try {
      const before = await this.#api.decide(ids, decision);
      const many = ids.length > 1 ? tn(ids.length, '{n} conversation', '{n} conversations') : '';
      this.tell(many ? t('{did} {many}.', { did, many }) : `${did}.`, () => this.#undo(before));
      return true;
    } catch (problem) {
      this.fail(inWords(problem));
      return false;
    }
  }

  tell(sentence: string, undo: (() => Promise<unknown>) | null = null): void {
    this.#show({ sentence, undo, isTrouble: false });
  }

  fail(sentence: string): void {
    this.#show({ sentence, undo: null, isTrouble: true });
  }

  async undo(): Promise<void> {
    const undo = this.done?.undo;
    if (!undo) return;
    this.dismiss();
    try {
      await undo();
      this.tell(t('Undone.'));
    } catch (problem) {
      this.fail(inWords(problem));
    }
  }

  dismiss(): void {
    clearTimeout(this.#timer);
    this.done = null;
  }

  #undo(before: Standing[]): Promise<Standing[]> {
    return this.#api.restore(before);
  }

  #show(done: Done): void {
    clearTimeout(this.#timer);
    this.done = done;
    this.#timer = setTimeout(() => (this.done = null), SHOWN_MS);
  }
}
