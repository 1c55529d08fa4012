// Which language the console speaks, and how a sentence is said in it. See docs/languages.md.
//
// An English sentence is its own key: t('Send now'). The other languages are catalogues of these sentences,
// each fetched when it is chosen. What reads t() in a page says it anew when the language changes.
import { SvelteMap } from 'svelte/reactivity';
import { sayTimesIn } from '../../shared/time.ts';

type German = typeof import('./de.ts').default;

export type Catalogue = Record<string, string | Partial<Record<Intl.LDMLPluralRule, string>>>;

type Gaps<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Gaps<Rest> : never;
/** Every sentence that the console knows: those that the German catalogue has are all of them, as the check makes sure. */
type Known = keyof German;
/** One without gaps, which can be kept and said later. */
export type Sentence = { [Text in Known]: [Gaps<Text>] extends [never] ? Text : never }[Known];

type Values<Text extends string> = Record<Gaps<Text>, string | number>;
type Given<Text extends string> = [Gaps<Text>] extends [never] ? [] : [values: Values<Text>];
type GivenBesides<Text extends string> = [Exclude<Gaps<Text>, 'n'>] extends [never]
  ? []
  : [values: Record<Exclude<Gaps<Text>, 'n'>, string | number>];

interface Language {
  /** As the language calls itself. */
  name: string;
  load: () => Promise<Speech>;
}

interface Speech {
  /** The language whose numbers, dates and plurals are used. */
  locale: string;
  dir: 'ltr' | 'rtl';
  catalogue: Catalogue;
  /** Sentences of the hub with gaps, as they are recognised. */
  patterns?: { matches: RegExp; text: string }[];
  /** Says a sentence that the catalogue does not have; the pseudo-languages do more than repeat it. */
  other?: (english: string) => string;
}

const ENGLISH: Speech = { locale: 'en', dir: 'ltr', catalogue: {} };

interface Words {
  default: Catalogue;
  ofHub: Record<string, string>;
}

function spokenBy(locale: string, dir: Speech['dir'], words: Words): Speech {
  const withGaps = Object.entries(words.ofHub).filter(([english]) => english.includes('{'));
  const patterns = withGaps.map(([english, text]) => ({ matches: new RegExp(`^${asPattern(english)}$`, 'su'), text }));
  return { locale, dir, catalogue: words.default, patterns };
}

function asPattern(english: string): string {
  return english.replace(/[.?*+^$()[\]|\\]/gu, '\\$&').replace(/\{(\w+)\}/gu, '(?<$1>.+)');
}

export const LANGUAGES: Record<string, Language> = {
  en: { name: 'English', load: async () => ({ ...ENGLISH, locale: englishOf(navigator.languages) }) },
  de: { name: 'Deutsch', load: async () => spokenBy('de', 'ltr', await import('./de.ts')) },
};

/** For looking at pages only: longer words with accents, and the same from right to left. */
const PSEUDO: Record<string, Language> = {
  'en-XA': { name: 'Accents', load: async () => (await import('./pseudo.ts')).accented },
  'ar-XB': { name: 'Right to left', load: async () => (await import('./pseudo.ts')).mirrored },
};

const KEY = 'holdfast.language';
/** One entry; a map, because it can be read outside a page as well. */
const spoken = new SvelteMap<'now', { code: string; speech: Speech }>([['now', { code: 'en', speech: ENGLISH }]]);

sayTimesIn(() => locale());

export function language(): string {
  return spoken.get('now')?.code ?? 'en';
}

/** For `Intl`: whose numbers, dates and lists are used. */
export function locale(): string {
  return speech().locale;
}

function speech(): Speech {
  return spoken.get('now')?.speech ?? ENGLISH;
}

/** A sentence, with its {gaps} filled. What stands after a bar, as in "Open|verb", only tells two meanings apart. */
export function t<Text extends Known>(english: Text, ...given: Given<Text>): string {
  const values = given[0] ?? {};
  const { catalogue } = speech();
  const found = catalogue[english];
  return filled(typeof found === 'string' ? found : inEnglish(english), values);
}

/** A sentence with a number, {n}: `tn(3, '{n} day', '{n} days')`. The catalogues know it by its plural. */
export function tn<Many extends Known>(n: number, one: string, many: Many, ...given: GivenBesides<Many>): string {
  const { catalogue } = speech();
  const found = catalogue[many];
  const forms = typeof found === 'object' ? found : { one: inEnglish(one), other: inEnglish(many) };
  const text = forms[plurals().select(n)] ?? forms.other ?? many;
  return filled(text, { n, ...given[0] });
}

/** Marks a sentence that is said later, by `t`. */
export function msg<Text extends Known>(english: Text): Text {
  return english;
}

/**
 * What the hub says in English, said in the language where its catalogue has the very sentence, all sentences of it, or
 * one for the error's code; else as it came.
 */
export function fromHub(english: string, code = ''): string {
  const { catalogue } = speech();
  const byCode = catalogue[`error.${code}`];
  return sentenceOfHub(english) ?? sentencesOfHub(english) ?? (typeof byCode === 'string' ? byCode : english);
}

function sentencesOfHub(english: string): string | undefined {
  const said = english.split(/(?<=[.!?]) (?=\p{Lu})/u).map(sentenceOfHub);
  return said.every((sentence) => sentence !== undefined) ? said.join(' ') : undefined;
}

function sentenceOfHub(english: string): string | undefined {
  const { catalogue, patterns = [] } = speech();
  const found = catalogue[english];
  if (typeof found === 'string') return found;
  for (const { matches, text } of patterns) {
    const values = matches.exec(english)?.groups;
    if (values) return filled(text, values);
  }
  return undefined;
}

/** "a, b and c" */
export function listed(words: string[]): string {
  return new Intl.ListFormat(locale(), { type: 'conjunction' }).format(words);
}

export function number(value: number, options?: Intl.NumberFormatOptions): string {
  return new Intl.NumberFormat(locale(), options).format(value);
}

function plurals(): Intl.PluralRules {
  return new Intl.PluralRules(locale());
}

function inEnglish(sentence: string): string {
  const text = sentence.split('|', 1)[0] ?? sentence;
  return speech().other?.(text) ?? text;
}

function filled(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/gu, (gap, name: string) => {
    const value = values[name];
    return value === undefined ? gap : typeof value === 'number' ? number(value) : value;
  });
}

/** What they chose in this browser, else the first of the browser's languages that there is, else English. */
export async function startLanguage(): Promise<void> {
  const wanted = [kept(), ...navigator.languages.map((each) => each.split('-', 1)[0] ?? each)];
  const code = wanted.find((each) => each in LANGUAGES || each in PSEUDO) ?? 'en';
  await speak(code).catch(() => undefined);
}

/** Speaks another language from now on, in this browser. Throws where its words cannot be fetched; the old one stays. */
export async function chooseLanguage(code: string): Promise<void> {
  await speak(code);
  try {
    localStorage.setItem(KEY, code);
  } catch {
    // Storage is blocked: it holds while the page is open.
  }
}

async function speak(code: string): Promise<void> {
  const known = LANGUAGES[code] ?? PSEUDO[code];
  if (!known) return;
  const chosen = await known.load();
  spoken.set('now', { code, speech: chosen });
  document.documentElement.lang = chosen.locale;
  document.documentElement.dir = chosen.dir;
}

function kept(): string {
  try {
    return localStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}

/** British, American or another English: dates and numbers as the reader has them. */
function englishOf(languages: readonly string[]): string {
  return languages.find((each) => each.startsWith('en')) ?? 'en';
}
