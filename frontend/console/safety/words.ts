// What Safety calls things.
import { msg, type Sentence, t } from '../languages/language.ts';
import type { SafetyRule } from '../lib/types.ts';

const REASONS: Record<string, Sentence> = { spam: msg('Spam'), abuse: msg('Abuse'), other: msg('Something else') };

const DECIDED: Record<string, Sentence> = {
  dismiss: msg('Dismissed'),
  warn: msg('Warned'),
  mute: msg('Muted'),
  ban: msg('Banned'),
};

export const RULE_KINDS: Record<SafetyRule['kind'], Sentence> = {
  domain: msg('Domain of links'),
  word: msg('Word'),
  email: msg('Mail address'),
  network: msg('Network'),
};

export function example(kind: SafetyRule['kind']): string {
  if (kind === 'word') return t('free coins');
  if (kind === 'email') return t('{one} or {other}', { one: 'eve@bad.example', other: '@bad.example' });
  return kind === 'domain' ? 'bad.example' : '192.0.2.0/24';
}

export const reasonWord = (reason: string) => said(REASONS[reason], reason);
export const decidedWord = (decision: string) => said(DECIDED[decision], decision);

function said(sentence: Sentence | undefined, code: string): string {
  return sentence ? t(sentence) : code;
}

export function standingWords(standing: string): string {
  if (standing === 'muted') return t('Muted');
  return standing === 'banned' ? t('Banned') : t('Account is gone');
}

export function cardName(card: { id: string; name: string; handle: string }): string {
  return card.name || (card.handle ? `@${card.handle}` : t('Somebody without a name'));
}
