// Who of the team has which conversation open, and what this page tells of itself.
import { newId } from '../../shared/ids.ts';
import type { Api } from './api.ts';
import type { Attending } from './types.ts';

const AGAIN_MS = 20_000;
const WRITING_ENDS_MS = 6_000;

export class Desk {
  attending = $state<Attending[]>([]);
  #api: Api;
  #page = newId();
  #conversation = '';
  #doing: Attending['doing'] = 'looking';
  #again: ReturnType<typeof setInterval> | undefined;
  #writing: ReturnType<typeof setTimeout> | undefined;

  constructor(api: Api) {
    this.#api = api;
    document.addEventListener('visibilitychange', () => this.#say());
  }

  /** This page shows a conversation now, or none. */
  look(conversation: string | null): void {
    if ((conversation ?? '') === this.#conversation) return;
    this.#conversation = conversation ?? '';
    this.#doing = 'looking';
    clearInterval(this.#again);
    if (conversation) this.#again = setInterval(() => this.#say(), AGAIN_MS);
    this.#say();
  }

  /** A reply is being written; without another key for a while it is not. */
  write(): void {
    clearTimeout(this.#writing);
    this.#writing = setTimeout(() => this.#turn('looking'), WRITING_ENDS_MS);
    this.#turn('writing');
  }

  #turn(doing: Attending['doing']): void {
    if (doing === this.#doing) return;
    this.#doing = doing;
    this.#say();
  }

  #say(): void {
    const conversation = document.hidden ? '' : this.#conversation;
    this.#api.attend(this.#page, conversation, this.#doing).then(
      (attending) => (this.attending = attending),
      () => {}, // It is told again soon; nothing hangs on it.
    );
  }
}
