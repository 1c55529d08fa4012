// Going on elsewhere: a code to one's address, and the talk is there wherever one signs in with it.
import { DirectError } from './direct.ts';
import { make, submits } from './elements.ts';
import type { Spoken } from './talk.ts';
import type { Say } from './words.ts';

const CODE_MAX = '12';

export class Elsewhere {
  readonly element = make('section', { class: 'elsewhere', hidden: '' });
  readonly #talk: Spoken;
  readonly #say: Say;
  readonly #closed: () => void;
  #email = '';

  constructor(talk: Spoken, say: Say, closed: () => void) {
    this.#talk = talk;
    this.#say = say;
    this.#closed = closed;
  }

  get isOpen(): boolean {
    return !this.element.hidden;
  }

  /** With an address at hand the code is sent at once. */
  open(email = ''): void {
    this.element.hidden = false;
    if (email) void this.#ask(email);
    else this.#askAddress();
  }

  #close(): void {
    this.element.hidden = true;
    this.#closed();
  }

  #askAddress(problem = ''): void {
    const field = make('input', { type: 'email', id: 'elsewhere-email', autocomplete: 'email', required: '', value: this.#email });
    this.#show(this.#say('elsewhere-why'), this.#say('email'), field, this.#say('send-code'), problem, (value) => this.#ask(value));
  }

  async #ask(email: string): Promise<void> {
    this.#email = email;
    try {
      this.#askCode(await this.#talk.askCode(email));
    } catch (problem) {
      this.#askAddress(sentence(problem));
    }
  }

  #askCode(login: string, problem = ''): void {
    const field = make('input', { id: 'elsewhere-code', inputmode: 'numeric', autocomplete: 'one-time-code', maxlength: CODE_MAX, required: '' });
    const why = this.#say('confirm', { email: this.#email });
    this.#show(why, this.#say('code'), field, this.#say('confirm-code'), problem, async (code) => {
      try {
        await this.#talk.prove(login, code);
        this.#thank();
      } catch (refusal) {
        this.#askCode(login, sentence(refusal));
      }
    });
  }

  #thank(): void {
    const { origin, channel } = this.#talk.direct;
    const address = `${origin}/chat/${channel}`;
    const link = make('a', { href: address, target: '_blank', rel: 'noopener' }, address);
    this.element.replaceChildren(make('p', { role: 'status' }, this.#say('confirmed', { email: this.#email }), ' ', link), this.#button('back'));
  }

  #show(
    why: string,
    label: string,
    field: HTMLInputElement,
    button: string,
    problem: string,
    done: (value: string) => Promise<void>,
  ): void {
    const send = make('button', { class: 'send' }, button);
    const form = make(
      'div',
      { class: 'form' },
      make('p', {}, why),
      make('label', { for: field.id }, label),
      field,
      make('p', { class: 'problem', role: 'alert' }, problem),
      send,
      this.#button('later'),
    );
    submits(form, send, () => {
      if (field.value.trim() === '') return;
      send.disabled = true;
      void done(field.value.trim());
    });
    this.element.replaceChildren(form);
    field.focus();
  }

  #button(word: 'later' | 'back'): HTMLElement {
    const button = make('button', { type: 'button', class: 'plain' }, this.#say(word));
    button.addEventListener('click', () => this.#close());
    return button;
  }
}

function sentence(problem: unknown): string {
  return problem instanceof DirectError ? problem.message : 'Something went wrong here.';
}
