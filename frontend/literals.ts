// Finds, in the console's sources, the sentences that are said through the catalogues and those that are not.
import { readFileSync } from 'node:fs';
import { parse } from 'svelte/compiler';

interface Node {
  type: string;
  start: number;
  end: number;
  [field: string]: unknown;
}

export interface Found {
  file: string;
  line: number;
  text: string;
}

export interface Findings {
  /** Sentences given to t(), tn() and msg(), each with where it stands; of tn() the one for many. */
  said: Found[];
  /** The keys that tn() uses, which have a form for each plural. */
  plural: Set<string>;
  /** What people would see and no catalogue knows. */
  unsaid: Found[];
}

const SAYING = new Set(['t', 'tn', 'msg']);
/** Their texts are for programs. */
const FOR_PROGRAMS = new Set(['querySelector', 'querySelectorAll', 'closest', 'matches', 'Symbol', 'KeyboardEvent', 'addEventListener', 'setRequestHeader']);
const SPOKEN_ATTRIBUTES = new Set(['title', 'placeholder', 'label', 'alt', 'aria-label', 'aria-description', 'aria-roledescription']);
const SILENT_ELEMENTS = new Set(['style', 'script', 'kbd', 'code']);
const SILENT_ATTRIBUTES = new Set(['class', 'style', 'id', 'href', 'src', 'viewBox', 'd', 'accept', 'rel', 'style:', 'pattern', 'media', 'look', 'autocomplete', 'allow', 'sandbox', 'points', 'transform', 'preserveAspectRatio']);
/** Names, which are the same in every language. */
const NAMES = /^(Holdfast|Instagram|WhatsApp|Messenger|Telegram|SMS|Facebook|Mara|Ann Lee|Deutsch|English)$/u;
/** Words for programs: of HTTP, of keys, of our own. */
const CODES = /^(Accept|Content-Type|application\/json|Escape|Enter|Backspace|Tab|Space|Arrow(Up|Down|Left|Right)|Home|End|Page(Up|Down)|Delete|Web|go on|Esc)$/u;

export function readSource(file: string): Findings {
  return findings(file, readFileSync(file, 'utf8'));
}

export function findings(file: string, text: string): Findings {
  const isPage = file.endsWith('.svelte');
  const opening = '<script lang="ts">\n';
  const source = isPage ? text : `${opening}${text}\n</script>`;
  const root = parse(source, { modern: true }) as unknown as Node;
  const reading = new Reading(file, source, isPage ? 0 : 1);
  reading.visit(root, []);
  return reading;
}

class Reading implements Findings {
  said: Found[] = [];
  plural = new Set<string>();
  unsaid: Found[] = [];
  readonly #file: string;
  readonly #source: string;
  readonly #linesBefore: number;

  constructor(file: string, source: string, linesBefore: number) {
    this.#file = file;
    this.#source = source;
    this.#linesBefore = linesBefore;
  }

  visit(node: Node, above: Node[]): void {
    if (node.type === 'CallExpression' && SAYING.has(nameOf(node['callee'] as Node))) return this.#saying(node, above);
    if (node.type === 'Text' && isSpokenText(node, above)) this.#unsaid(node, String(node['data']));
    if (node.type === 'Literal' && typeof node['value'] === 'string' && isSpokenLiteral(node, above)) {
      this.#unsaid(node, node['value']);
    }
    if (node.type === 'TemplateElement' && isSpokenTemplate(node, above)) {
      this.#unsaid(node, String((node['value'] as { cooked: string }).cooked));
    }
    for (const child of children(node)) this.visit(child, [...above, node]);
  }

  #saying(call: Node, above: Node[]): void {
    const given = call['arguments'] as Node[];
    const isPlural = nameOf(call['callee'] as Node) === 'tn';
    for (const literal of literals(given[isPlural ? 2 : 0])) {
      this.said.push(this.#found(literal, literal['value'] as string));
      if (isPlural) this.plural.add(literal['value'] as string);
    }
    // Values may hold sentences of their own.
    const first = given[isPlural ? 2 : 0];
    if (first && first.type !== 'Literal' && first.type !== 'ConditionalExpression') this.visit(first, [...above, call]);
    for (const other of given.slice(isPlural ? 3 : 1)) this.visit(other, [...above, call]);
    if (isPlural && given[0]) this.visit(given[0], [...above, call]);
  }

  #unsaid(node: Node, text: string): void {
    this.unsaid.push(this.#found(node, text.trim().replace(/\s+/gu, ' ')));
  }

  #found(node: Node, text: string): Found {
    const line = this.#source.slice(0, node.start).split('\n').length - this.#linesBefore;
    return { file: this.#file, line, text };
  }
}

/** The literals that an expression may come to, through conditions. */
function literals(node: Node | undefined): Node[] {
  if (!node) return [];
  if (node.type === 'ConditionalExpression') return [...literals(node['consequent'] as Node), ...literals(node['alternate'] as Node)];
  return node.type === 'Literal' && typeof node['value'] === 'string' ? [node] : [];
}

export function isSpokenText(node: Node, above: Node[]): boolean {
  if (!isWords(String(node['data']))) return false;
  const attribute = above.findLast((each) => each.type === 'Attribute');
  if (attribute) return isSpokenAttribute(attribute, above, String(node['data']));
  return !above.some((each) => SILENT_ELEMENTS.has(String(each['name'])) || each.type === 'StyleSheet');
}

function isSpokenAttribute(attribute: Node, above: Node[], text: string): boolean {
  const name = String(attribute['name']);
  if (SPOKEN_ATTRIBUTES.has(name)) return !(name === 'label' && !isWords(text));
  if (SILENT_ATTRIBUTES.has(name) || name.startsWith('data-')) return false;
  // Of a component any attribute may be shown: what looks like a sentence is taken for one.
  const owner = above[above.indexOf(attribute) - 1];
  return owner?.type === 'Component' && looksSpoken(text);
}

export function isSpokenLiteral(node: Node, above: Node[]): boolean {
  return looksSpoken(String(node['value'])) && isPlaceForWords(node, above);
}

export function isSpokenTemplate(node: Node, above: Node[]): boolean {
  const text = String((node['value'] as { cooked: string | null }).cooked ?? '');
  if (!isWords(text) || /[/?=#:]\S/u.test(text.trim()) || /^[-.\w]+:?$/u.test(text)) return false;
  return isPlaceForWords(node, above) && /(^|\s)\p{L}{2,}(\s|[.,:]|$)/u.test(text);
}

function isPlaceForWords(node: Node, above: Node[]): boolean {
  const parent = above.at(-1);
  if (!parent) return false;
  if (/^(Import|Export(Named|All)|TS)/u.test(parent.type) || parent.type === 'TSLiteralType') return false;
  if (above.some((each) => each.type.startsWith('TS') && each.type.endsWith('Type'))) return false;
  if (parent.type === 'BinaryExpression') return String(parent['operator']) === '+';
  if (parent.type === 'SwitchCase' && parent['test'] === node) return false;
  if (parent.type === 'Property' && parent['key'] === node) return false;
  if (parent.type === 'MemberExpression' && parent['property'] === node) return false;
  if (above.some((each) => each.type === 'CallExpression' && FOR_PROGRAMS.has(nameOf(each['callee'] as Node)))) return false;
  if (above.some((each) => each.type === 'NewExpression' && FOR_PROGRAMS.has(nameOf(each['callee'] as Node)))) return false;
  const attribute = above.findLast((each) => each.type === 'Attribute');
  return !(attribute && (SILENT_ATTRIBUTES.has(String(attribute['name'])) || String(attribute['name']).startsWith('data-')));
}

/** A sentence, or a word as it begins one. */
function looksSpoken(text: string): boolean {
  if (!isWords(text) || CODES.test(text)) return false;
  return /^\p{Lu}\p{Ll}/u.test(text) || /\p{L},? \p{L}/u.test(text) || /^[,;:]? ?\p{Ll}+ /u.test(text);
}

function isWords(text: string): boolean {
  return /\p{L}{2,}/u.test(text) && !NAMES.test(text.trim()) && !/^(https?:|mailto:|button )|\[\w+/u.test(text.trim());
}

function nameOf(callee: Node): string {
  if (callee.type === 'MemberExpression') return String((callee['property'] as Node)['name'] ?? '');
  return String(callee['name'] ?? '');
}

function* children(node: Node): Generator<Node> {
  for (const [field, value] of Object.entries(node)) {
    if (field === 'comments' || field === 'leadingComments' || field === 'metadata' || field === 'loc') continue;
    for (const each of Array.isArray(value) ? value : [value]) if (isNode(each)) yield each;
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}
