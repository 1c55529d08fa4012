// Holds the console's catalogues against its sources. `node languages.ts` says what is missing and ends with 1 where
// something is; `node languages.ts new fr` lays out an empty catalogue. See docs/languages.md.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type Findings, type Found, readSource } from './literals.ts';

const CONSOLE = join(import.meta.dirname, 'console');
const CATALOGUES = join(CONSOLE, 'languages');
/** Sentences of the hub stand here; no source says them. */
const OF_THE_HUB = 'hub.json';
/** Not said through the catalogues yet; nothing else may join them. */
const NOT_YET: string[] = [];

const SIDED =
  /^\s*((margin|padding|border)-(left|right)[-\w]*|left|right|text-align: (left|right)|float: (left|right)|border-(top|bottom)-(left|right)-radius)\b.*[:;]/u;

type Entry = string | Record<string, string>;

interface Known {
  entry: Entry;
  file: string;
}

export function problems(): string[] {
  const sources = everySource();
  const spoken = languages();
  return [...unsaid(sources), ...sided(), ...spoken.flatMap((code) => problemsOf(code, sources))];
}

function unsaid(sources: Map<string, Findings>): string[] {
  return [...sources]
    .filter(([file]) => !NOT_YET.some((folder) => file.startsWith(folder)))
    .flatMap(([, source]) => source.unsaid)
    .map((found) => `${place(found)}: "${found.text}" is in no catalogue. Say it with t() or tn().`);
}

/** Styles that know left and right do not turn with the line of reading. */
function sided(): string[] {
  const inConsole = readdirSync(CONSOLE, { recursive: true, encoding: 'utf8' }).map((name) => join(CONSOLE, name));
  const files = [...inConsole, join(import.meta.dirname, 'shared/look.css')].filter((name) => /\.(svelte|css)$/u.test(name));
  return files.flatMap((file) =>
    readFileSync(file, 'utf8').split('\n').flatMap((text, index) => {
      const wrong = SIDED.exec(text)?.[0];
      return wrong ? [`${relative(import.meta.dirname, file)}:${index + 1}: "${wrong.trim()}" knows left and right; say start and end.`] : [];
    }),
  );
}

function problemsOf(code: string, sources: Map<string, Findings>): string[] {
  const said = [...sources.values()].flatMap((source) => source.said);
  const plural = new Set([...sources.values()].flatMap((source) => [...source.plural]));
  const { known, twice } = catalogue(code);
  const used = new Set(said.map((found) => found.text));
  const missing = new Map(said.filter((found) => !known.has(found.text)).map((found) => [found.text, found]));
  return [
    ...twice.map((sentence) => `${code}: "${sentence}" is there twice.`),
    ...[...missing.values()].map((found) => `${place(found)}: "${found.text}" is missing in ${code}.`),
    ...[...known]
      .filter(([sentence, { file }]) => file !== OF_THE_HUB && !used.has(sentence))
      .map(([sentence, { file }]) => `${code}/${file}: "${sentence}" is said nowhere.`),
    ...[...known].flatMap(([sentence, { entry, file }]) => wrongIn(code, sentence, entry, plural, file === OF_THE_HUB)),
  ];
}

/** What is wrong with one entry: a plural form that the language has and the entry has not, a gap lost, nothing at all. */
function wrongIn(code: string, sentence: string, entry: Entry, plural: Set<string>, isOfHub: boolean): string[] {
  const where = `${code}: "${sentence}"`;
  if (plural.has(sentence) !== (typeof entry === 'object')) {
    return [`${where} must ${plural.has(sentence) ? 'have a form for each plural' : 'be one text'}.`];
  }
  const forms = typeof entry === 'string' ? { other: entry } : entry;
  const wanted = typeof entry === 'string' ? ['other'] : new Intl.PluralRules(code).resolvedOptions().pluralCategories;
  const absent = wanted.filter((form) => !forms[form]?.trim()).map((form) => `${where} says nothing for "${form}".`);
  const other = Object.keys(forms).filter((form) => !wanted.includes(form as Intl.LDMLPluralRule));
  const lost = Object.entries(forms).flatMap(([form, text]) => gapsWrong(sentence, text, form, isOfHub));
  return [...absent, ...other.map((form) => `${where}: ${code} has no "${form}".`), ...lost.map((gap) => `${where}: ${gap}`)];
}

function gapsWrong(sentence: string, text: string, form: string, isOfHub: boolean): string[] {
  if (sentence.startsWith('error.')) return [];
  const wanted = marks(sentence);
  const there = marks(text);
  // "one" may say "a day" for "{n} days"; an id in a sentence of the hub says nothing to people.
  const lost = isOfHub ? [] : wanted.filter((gap) => !there.includes(gap) && !(gap === '{n}' && form !== 'other'));
  const made = there.filter((gap) => !wanted.includes(gap));
  return [...lost.map((gap) => `${gap} is lost.`), ...made.map((gap) => `${gap} has nothing to fill it.`)];
}

function marks(text: string): string[] {
  return [...text.matchAll(/\{\w+\}|<\/?\w+\/?>/gu)].map(([mark]) => mark);
}

function catalogue(code: string): { known: Map<string, Known>; twice: string[] } {
  const known = new Map<string, Known>();
  const twice: string[] = [];
  for (const file of readdirSync(join(CATALOGUES, code)).toSorted()) {
    const entries = JSON.parse(readFileSync(join(CATALOGUES, code, file), 'utf8')) as Record<string, Entry>;
    for (const [sentence, entry] of Object.entries(entries)) {
      if (known.has(sentence)) twice.push(sentence);
      known.set(sentence, { entry, file });
    }
  }
  return { known, twice };
}

function languages(): string[] {
  return readdirSync(CATALOGUES, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

function everySource(): Map<string, Findings> {
  const names = readdirSync(CONSOLE, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(svelte|ts)$/u.test(name));
  const own = names.filter((name) => !name.startsWith('languages/') && name !== 'lib/types.ts').toSorted();
  return new Map(own.map((name) => [name, readSource(join(CONSOLE, name))]));
}

function place(found: Found): string {
  return `${relative(import.meta.dirname, found.file)}:${found.line}`;
}

/** A folder like that of German, with nothing said yet. */
function layOut(code: string): void {
  const forms = new Intl.PluralRules(code).resolvedOptions().pluralCategories;
  mkdirSync(join(CATALOGUES, code));
  for (const file of readdirSync(join(CATALOGUES, 'de'))) {
    const entries = JSON.parse(readFileSync(join(CATALOGUES, 'de', file), 'utf8')) as Record<string, Entry>;
    const empty = Object.entries(entries).map(([sentence, entry]) => [
      sentence,
      typeof entry === 'string' ? '' : Object.fromEntries(forms.map((form) => [form, ''])),
    ]);
    writeFileSync(join(CATALOGUES, code, file), `${JSON.stringify(Object.fromEntries(empty), null, 2)}\n`);
  }
}

if (import.meta.main) {
  const [command, code] = process.argv.slice(2);
  if (command === 'new' && code) layOut(code);
  const found = problems();
  for (const problem of found) console.log(problem);
  if (found.length > 0) process.exitCode = 1;
}
