// Languages that nobody speaks, for looking at pages: every sentence longer, and the same from right to left.
// What is not in brackets did not go through the catalogue.

const LONGER_SHARE = 0.4;
const PLAIN = 'AaCcEeIiNnOoSsUuYyZz';
const ACCENTED = 'ÅåÇçÉéÎîÑñÖöŠšÛûÝýŽž';

function accent(english: string): string {
  // What stands in braces is a gap, and what stands in angles a mark: neither is a word.
  const words = english.replace(/\{\w+\}|<\/?\w+\/?>|\p{L}/gu, (part) => ACCENTED[PLAIN.indexOf(part)] ?? part);
  return `[${words}${' ~~~'.repeat(Math.ceil((english.length * LONGER_SHARE) / 4))}]`;
}

function mirror(english: string): string {
  // Hebrew letters in the place of Latin ones give words the direction that they would have.
  const words = english.replace(/\{\w+\}|<\/?\w+\/?>|[a-z]/giu, (part) => (part.length > 1 ? part : hebrew(part)));
  return `[${words}]`;
}

const HEBREW = 'אבגדהוזחטיכלמנסעפצקרשת';

function hebrew(letter: string): string {
  return HEBREW[letter.toLowerCase().charCodeAt(0) % HEBREW.length] ?? letter;
}

export const accented = { locale: 'en', dir: 'ltr' as const, catalogue: {}, other: accent };
export const mirrored = { locale: 'he', dir: 'rtl' as const, catalogue: {}, other: mirror };
