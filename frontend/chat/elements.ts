// Builds elements. Text is always text: nothing that people wrote is ever read as markup.
import { withLinks } from '../shared/links.ts';

type Child = Node | string | null;

export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, string> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** A small drawing in a square of 16. */
export function drawing(path: string): SVGSVGElement {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  const shape = document.createElementNS(space, 'path');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('aria-hidden', 'true');
  shape.setAttribute('d', path);
  svg.append(shape);
  return svg;
}

export function linked(text: string): Node[] {
  return withLinks(text).map((part) =>
    part.href
      ? make('a', { href: part.href, target: '_blank', rel: 'noopener noreferrer nofollow' }, part.text)
      : document.createTextNode(part.text),
  );
}

/** Enter in a field does what the button does: forms themselves are blocked in a sandboxed frame. */
export function submits(place: HTMLElement, button: HTMLButtonElement, done: () => void): void {
  button.type = 'button';
  button.addEventListener('click', done);
  place.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.isComposing || !(event.target instanceof HTMLInputElement) || event.target.type === 'checkbox') return;
    event.preventDefault();
    button.click();
  });
}
