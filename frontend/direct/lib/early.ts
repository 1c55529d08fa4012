// What is written before the messenger has come: kept here under ids of its own, and taken over by it. See opening.ts.
import type { Info } from './protocol.ts';

const KEPT = 'holdfast.direct.early';

export interface Early {
  id: string;
  thread: string;
  text: string;
  at: number;
}

/** What the opening of the page hands to the messenger; `written` is told of what somebody sends meanwhile. */
export interface Opened {
  info: Promise<Info | null>;
  written: () => void;
  /** Where the browser lets us keep nothing, these are lost with the page. */
  inMemory: Early[];
}

declare global {
  interface Window {
    holdfastOpened?: Opened;
  }
}

/** What was in the first field, and where the hand was in it. */
export interface FirstField {
  text: string;
  hasFocus: boolean;
  start: number;
  end: number;
}

export function keepEarly(early: Early): void {
  try {
    localStorage.setItem(KEPT, JSON.stringify([...readKept(), early]));
  } catch {
    window.holdfastOpened?.inMemory.push(early);
  }
}

export function earlyOnes(): Early[] {
  return [...readKept(), ...(window.holdfastOpened?.inMemory ?? [])];
}

export function dropEarly(ids: ReadonlySet<string>): void {
  if (window.holdfastOpened) window.holdfastOpened.inMemory = window.holdfastOpened.inMemory.filter((each) => !ids.has(each.id));
  try {
    const left = readKept().filter((each) => !ids.has(each.id));
    if (left.length > 0) localStorage.setItem(KEPT, JSON.stringify(left));
    else localStorage.removeItem(KEPT);
  } catch {
    // Nothing was kept.
  }
}

/** Takes the opening away; `take` gets what is in its field, at once or when a word that is being composed is done. */
export function closeOpening(take: (field: FirstField) => void = () => {}): void {
  const opening = document.getElementById('opening');
  const field = opening?.querySelector('textarea');
  if (!opening || !field) return opening?.remove();
  if (field.dataset['composing']) return field.addEventListener('compositionend', () => setTimeout(closeOpening, 0, take), { once: true });
  take({ text: field.value, hasFocus: document.activeElement === field, start: field.selectionStart, end: field.selectionEnd });
  opening.remove();
}

function readKept(): Early[] {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? '[]') as Early[];
  } catch {
    return [];
  }
}
