// What is said about an incident, from its state and its ledger.
import { msg, type Sentence, t, tn } from '../languages/language.ts';
import type { Incident, Ledger } from '../lib/types.ts';
import { platformName, platformOf } from '../lib/words.ts';

/** What Holdfast is doing about it now. */
export function doing(incident: Incident): string {
  const name = incident.components.length > 1 ? t('Everything') : platformName(platformOf(incident.channel));
  if (incident.state === 'closed') return t('{name} works again.', { name });
  if (incident.state === 'recovering') return t('{name} is coming back. What was held goes out in order.', { name });
  if (incident.capabilities.includes('send')) {
    return t('Replies wait and go out when it returns; people who agreed are reached another way.');
  }
  if (incident.capabilities.includes('receive')) return t('What we missed is read back from its history when that can be read.');
  return t('We keep trying, and say here when it works again.');
}

/** The numbers worth a glance, largest worry first; only those that are not zero. */
export function bannerFacts(ledger: Ledger): string[] {
  const facts = [
    ledger.in_doubt && tn(ledger.in_doubt, '{n} in doubt', '{n} in doubt'),
    ledger.held && tn(ledger.held, '{n} held', '{n} held'),
    ledger.rerouted && tn(ledger.rerouted, '{n} sent another way', '{n} sent another way'),
    ledger.answered_automatically && tn(ledger.answered_automatically, '{n} answered automatically', '{n} answered automatically'),
    ledger.read_back && tn(ledger.read_back, '{n} read back', '{n} read back'),
  ].filter((fact) => typeof fact === 'string');
  return [...facts, tn(ledger.lost ?? 0, '{n} lost', '{n} lost')];
}

/** The numbers of a post-mortem, in the order in which they are told. */
export const COUNT_ROWS: [string, Sentence][] = [
  ['people', msg('People affected')],
  ['reports', msg('Reports from people')],
  ['received', msg('Messages received')],
  ['received_late', msg('Received late')],
  ['read_back', msg('Read back from the history')],
  ['answered_automatically', msg('Answered automatically')],
  ['held', msg('Were to go out')],
  ['sent_after_hold', msg('Went out here')],
  ['rerouted', msg('Went another way')],
  ['waiting', msg('Still waiting')],
  ['in_doubt', msg('Still in doubt')],
  ['failed', msg('Refused in the end')],
  ['expired', msg('Given up for their age')],
  ['cancelled', msg('Taken back')],
  ['unreadable', msg('Could not be read')],
  ['lost', msg('Lost')],
];
