// What is asked before the first message, and the words that somebody ticks who may be reached elsewhere.
import type { Answers, Info, Question } from './direct.ts';
import { make, submits } from './elements.ts';
import type { Say } from './words.ts';

const TYPES = { text: 'text', name: 'text', email: 'email', phone: 'tel', choice: '' } as const;
const FILLS = { text: 'off', name: 'name', email: 'email', phone: 'tel', choice: 'off' } as const;
const ANSWER_MAX = '1000';

interface Field {
  question: Question;
  control: HTMLInputElement | HTMLSelectElement;
  problem: HTMLElement;
}

export class Ask {
  readonly element = make('div', { class: 'ask' });
  readonly #say: Say;
  readonly #start: HTMLButtonElement;
  readonly #done: (answers: Answers) => void;
  #shown = '';
  #fields: Field[] = [];
  #consent: HTMLInputElement | null = null;
  #words = '';

  constructor(say: Say, done: (answers: Answers) => void) {
    this.#say = say;
    this.#start = make('button', { class: 'send' }, say('start'));
    this.#done = done;
    submits(this.element, this.#start, () => this.#submit());
  }

  /** Drawn only when the questions change, so that nothing typed is lost. */
  draw(info: Info, refusal: { field: string; message: string } | null): void {
    const key = JSON.stringify([info.questions, info.consent]);
    if (key !== this.#shown) {
      this.#shown = key;
      this.#build(info);
    }
    if (refusal) this.#complain(refusal.field, refusal.message);
  }

  focus(): void {
    this.#fields[0]?.control.focus();
  }

  #build(info: Info): void {
    this.#words = info.consent;
    this.#fields = info.questions.map((question) => this.#field(question));
    this.#consent = info.consent ? make('input', { type: 'checkbox', id: 'consent' }) : null;
    const isFree = info.questions.every((question) => !question.required);
    const skip = make('button', { type: 'button', class: 'plain' }, this.#say('skip'));
    skip.addEventListener('click', () => this.#done({ answers: [], consent: '' }));
    this.element.replaceChildren(
      ...this.#fields.map((field) => this.#row(field)),
      this.#consent ? make('label', { class: 'consent', for: 'consent' }, this.#consent, make('span', { dir: 'auto' }, info.consent)) : '',
      this.#start,
      isFree ? skip : '',
    );
  }

  #field(question: Question): Field {
    const id = `q-${question.id}`;
    const common = { id, 'aria-describedby': `${id}-problem`, ...(question.required ? { 'aria-required': 'true' } : {}) };
    const control =
      question.kind === 'choice'
        ? make(
            'select',
            common,
            make('option', { value: '' }, this.#say('choose')),
            ...question.choices.map((choice) => make('option', { value: choice }, choice)),
          )
        : make('input', { ...common, type: TYPES[question.kind], autocomplete: FILLS[question.kind], maxlength: ANSWER_MAX, dir: 'auto' });
    return { question, control, problem: make('p', { id: `${id}-problem`, class: 'problem', role: 'alert' }) };
  }

  #row(field: Field): HTMLElement {
    const mark = field.question.required ? null : make('small', {}, ` (${this.#say('optional')})`);
    const label = make('label', { for: field.control.id, dir: 'auto' }, field.question.label, mark);
    return make('div', { class: 'row' }, label, field.control, field.problem);
  }

  #submit(): void {
    const empty = this.#fields.find((field) => field.question.required && field.control.value.trim() === '');
    for (const field of this.#fields) this.#mark(field, field === empty ? this.#say('required') : '');
    if (empty) {
      empty.control.focus();
      return;
    }
    this.#done({
      answers: this.#fields.map(({ question, control }) => ({ id: question.id, label: question.label, value: control.value.trim() })),
      consent: this.#consent?.checked ? this.#words : '',
    });
  }

  #complain(id: string, message: string): void {
    const field = this.#fields.find((each) => each.question.id === id) ?? this.#fields[0];
    if (!field || field.problem.textContent === message) return;
    this.#mark(field, message);
    field.control.focus();
  }

  #mark(field: Field, message: string): void {
    field.problem.textContent = message;
    field.control.setAttribute('aria-invalid', String(message !== ''));
  }
}
