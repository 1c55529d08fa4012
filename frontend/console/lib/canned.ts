// Canned replies: found by their shortcut, filled in with whom they are for.
import type { CannedReply } from './types.ts';

const SLASH = /(?:^|\s)\/([\p{L}\p{N}_-]*)$/u;
const BLANK = /\{\{\s*(\w+)\s*\}\}/gu;

export interface Known {
  name: string;
  agent: string;
  business: string;
}

/** What is being typed behind a slash at the end of the text; null where there is no slash. */
export function askedFor(text: string): string | null {
  return SLASH.exec(text)?.[1]?.toLowerCase() ?? null;
}

/** Those whose shortcut, or else title, has what was typed; the most used first. */
export function offered(all: CannedReply[], asked: string): CannedReply[] {
  const found = all.filter((reply) => reply.shortcut.includes(asked) || reply.title.toLowerCase().includes(asked));
  return found.toSorted((one, other) => begins(other, asked) - begins(one, asked) || other.used - one.used);
}

/** The text with the slash and what followed it replaced. A blank that nothing is known for is left to be seen. */
export function filledIn(text: string, reply: CannedReply, known: Known): string {
  const values: Record<string, string> = {
    name: known.name,
    first_name: known.name.split(' ')[0] ?? '',
    agent: known.agent,
    business: known.business,
  };
  const filled = reply.text.replace(BLANK, (blank, word: string) => values[word] || blank);
  return text.replace(SLASH, (match) => (match.startsWith('/') ? filled : match.charAt(0) + filled));
}

/** A blank that is still in a text: sending it would look careless. */
export function blankIn(text: string): string | null {
  return text.match(BLANK)?.[0] ?? null;
}

function begins(reply: CannedReply, asked: string): number {
  return Number(reply.shortcut.startsWith(asked));
}
