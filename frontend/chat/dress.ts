// The look, inside a shadow root: the page around it can neither see nor bend it, whatever its content policy.
import tokens from '../tokens.css?inline';
import look from './look.css?inline';

const OWN_BRAND =
  ':host { --brand: var(--accent); --on-brand: var(--on-accent) }' +
  '@media (prefers-color-scheme: dark) { :host { --brand: #1b6356; --on-brand: #fff } }';
const HEX = /^#[0-9a-f]{6}$/iu;

export function dress(host: HTMLElement, accent: string): ShadowRoot {
  const root = host.attachShadow({ mode: 'open' });
  root.adoptedStyleSheets = [tokens.replaceAll(':root', ':host'), look, brand(accent)].map(sheet);
  return root;
}

/** The business's colour, with black or white on it, whichever is read better. */
export function brand(accent: string): string {
  if (!HEX.test(accent)) return OWN_BRAND;
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
