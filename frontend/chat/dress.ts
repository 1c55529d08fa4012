// The look, inside a shadow root: the page around it can neither see nor bend it, whatever its content policy.
import tokens from '../tokens.css?inline';
import type { Look } from './direct.ts';
import look from './look.css?inline';

const DARK = '@media (prefers-color-scheme: dark)';
const OWN_BRAND = ':host { --brand: var(--accent); --on-brand: var(--on-accent) }';
const OWN_BRAND_DARK = ':host { --brand: #1b6356; --on-brand: #fff }';
const HEX = /^#[0-9a-f]{6}$/iu;

export type Dress = Pick<Look, 'accent' | 'corner' | 'theme'>;

export function dress(host: HTMLElement, wanted: Dress): ShadowRoot {
  const root = host.attachShadow({ mode: 'open' });
  redress(root, wanted);
  return root;
}

/** Put on another look: what the business has set arrives after the first paint. */
export function redress(root: ShadowRoot, { accent, corner, theme }: Dress): void {
  const base = tokens.replaceAll(':root', ':host');
  root.adoptedStyleSheets = [base, look, brand(accent)].map((text) => sheet(themed(text, theme)));
  (root.host as HTMLElement).dataset['corner'] = corner;
}

/** A theme of the site's choice, whatever the reader's device prefers. */
export function themed(css: string, theme: Look['theme']): string {
  if (theme === 'auto') return css;
  return css.replaceAll(DARK, theme === 'dark' ? '@media all' : '@media not all').replace('color-scheme: light dark', `color-scheme: ${theme}`);
}

/** The business's colour, with black or white on it, whichever is read better. */
export function brand(accent: string): string {
  if (!HEX.test(accent)) return `${OWN_BRAND}${DARK}{${OWN_BRAND_DARK}}`;
  return `:host { --brand: ${accent}; --on-brand: ${luminance(accent) > 0.18 ? '#000' : '#fff'} }`;
}

function luminance(hex: string): number {
  const [red, green, blue] = [1, 3, 5].map((from) => linear(parseInt(hex.slice(from, from + 2), 16) / 255));
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
}

function linear(share: number): number {
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

function sheet(text: string): CSSStyleSheet {
  const made = new CSSStyleSheet();
  made.replaceSync(text);
  return made;
}
