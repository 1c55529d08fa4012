// What reachability is called.
import { msg, type Sentence, t } from '../languages/language.ts';
import type { Gap } from './types.ts';

const GAPS: Record<Gap, Sentence> = {
  no_consent: msg('another address is proven, without consent for this'),
  unproven: msg('another address is not proven to be theirs'),
  window: msg('the reply window of another address is closed'),
  opted_out: msg('they do not want to be written to at another address'),
  only_here: msg('no other address is known'),
};

const REMEDIES: Record<Gap, Sentence> = {
  no_consent: msg('Ask them whether they may be reached there when a channel fails, and note it on their page.'),
  unproven: msg('Let them write from it once, or confirm it on your own chat.'),
  window: msg('A platform with a reply window is no way out for long; ask for a number or a mail address.'),
  opted_out: msg('That is theirs to decide.'),
  only_here: msg('Ask them for a second address: the campaign below does.'),
};

export const gapWords = (gap: Gap | '') => (gap === '' ? '' : t(GAPS[gap]));
export const remedy = (gap: Gap) => t(REMEDIES[gap]);
export const percent = (part: number, whole: number) => `${whole === 0 ? 0 : Math.round((100 * part) / whole)} %`;

/** For styles. */
export const widthOf = (part: number, whole: number) => `${whole === 0 ? 0 : (100 * part) / whole}%`;
