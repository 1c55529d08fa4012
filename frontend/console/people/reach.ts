// What reachability is called.
import type { Gap } from './types.ts';

const GAPS: Record<Gap, string> = {
  no_consent: 'another address is proven, without consent for this',
  unproven: 'another address is not proven to be theirs',
  window: 'the reply window of another address is closed',
  opted_out: 'they do not want to be written to at another address',
  only_here: 'no other address is known',
};

const REMEDIES: Record<Gap, string> = {
  no_consent: 'Ask them whether they may be reached there when a channel fails, and note it on their page.',
  unproven: 'Let them write from it once, or confirm it on your own chat.',
  window: 'A platform with a reply window is no way out for long; ask for a number or a mail address.',
  opted_out: 'That is theirs to decide.',
  only_here: 'Ask them for a second address: the campaign below does.',
};

export const gapWords = (gap: Gap | '') => (gap === '' ? '' : GAPS[gap]);
export const remedy = (gap: Gap) => REMEDIES[gap];
export const percent = (part: number, whole: number) => `${whole === 0 ? 0 : Math.round((100 * part) / whole)} %`;

/** For styles. */
export const widthOf = (part: number, whole: number) => `${whole === 0 ? 0 : (100 * part) / whole}%`;
