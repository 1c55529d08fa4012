// What is said about an incident, from its state and its ledger.
import type { Incident, Ledger } from '../lib/types.ts';
import { count, platformName, platformOf } from '../lib/words.ts';

/** What Holdfast is doing about it now. */
export function doing(incident: Incident): string {
  const name = incident.components.length > 1 ? 'Everything' : platformName(platformOf(incident.channel));
  if (incident.state === 'closed') return `${name} works again.`;
  if (incident.state === 'recovering') return `${name} is coming back. What was held goes out in order.`;
  if (incident.capabilities.includes('send')) {
    return 'Replies wait and go out when it returns; people who agreed are reached another way.';
  }
  if (incident.capabilities.includes('receive')) return 'What we missed is read back from its history when that can be read.';
  return 'We keep trying, and say here when it works again.';
}

/** The numbers worth a glance, largest worry first; only those that are not zero. */
export function bannerFacts(ledger: Ledger): string[] {
  const facts = [
    amount(ledger.in_doubt, 'in doubt', 'in doubt'),
    amount(ledger.held, 'held', 'held'),
    amount(ledger.rerouted, 'sent another way', 'sent another way'),
    amount(ledger.answered_automatically, 'answered automatically', 'answered automatically'),
    amount(ledger.read_back, 'read back', 'read back'),
  ].filter((fact) => fact !== '');
  return [...facts, `${(ledger.lost ?? 0).toLocaleString()} lost`];
}

function amount(number: number | undefined, one: string, many: string): string {
  return number ? count(number, one, many) : '';
}

/** The numbers of a post-mortem, in the order in which they are told. */
export const COUNT_ROWS: [string, string][] = [
  ['people', 'People affected'],
  ['reports', 'Reports from people'],
  ['received', 'Messages received'],
  ['received_late', 'Received late'],
  ['read_back', 'Read back from the history'],
  ['answered_automatically', 'Answered automatically'],
  ['held', 'Were to go out'],
  ['sent_after_hold', 'Went out here'],
  ['rerouted', 'Went another way'],
  ['waiting', 'Still waiting'],
  ['in_doubt', 'Still in doubt'],
  ['failed', 'Refused in the end'],
  ['expired', 'Given up for their age'],
  ['cancelled', 'Taken back'],
  ['unreadable', 'Could not be read'],
  ['lost', 'Lost'],
];
