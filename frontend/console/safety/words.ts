// What Safety calls things.
import type { SafetyRule } from '../lib/types.ts';

export const REASONS: Record<string, string> = { spam: 'Spam', abuse: 'Abuse', other: 'Something else' };

export const DECIDED: Record<string, string> = {
  dismiss: 'Dismissed',
  warn: 'Warned',
  mute: 'Muted',
  ban: 'Banned',
};

export const RULE_KINDS: Record<SafetyRule['kind'], string> = {
  domain: 'Domain of links',
  word: 'Word',
  email: 'Mail address',
  network: 'Network',
};

export const EXAMPLES: Record<SafetyRule['kind'], string> = {
  domain: 'bad.example',
  word: 'free coins',
  email: 'eve@bad.example or @bad.example',
  network: '192.0.2.0/24',
};

export function standingWords(standing: string): string {
  if (standing === 'muted') return 'Muted';
  return standing === 'banned' ? 'Banned' : 'Account is gone';
}

export function cardName(card: { id: string; name: string; handle: string }): string {
  return card.name || (card.handle ? `@${card.handle}` : 'Somebody without a name');
}
