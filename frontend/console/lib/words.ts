// The words for everything that has a state or a name. One word per idea, the same on every page.
import { msg, number, type Sentence, t } from '../languages/language.ts';
import type { Consent, LedgerNumber, Me, MessageStateName, Verdict, VerdictState } from './types.ts';

export type Tone = 'up' | 'suspected' | 'failing' | 'recovering' | 'unknown' | 'plain';

const VERDICTS: Record<VerdictState, { word: Sentence; tone: Tone }> = {
  up: { word: msg('Up'), tone: 'up' },
  suspected: { word: msg('Suspected'), tone: 'suspected' },
  partial: { word: msg('Partly failing'), tone: 'failing' },
  down: { word: msg('Failing'), tone: 'failing' },
  recovering: { word: msg('Recovering'), tone: 'recovering' },
  unknown: { word: msg('Not known yet'), tone: 'unknown' },
};

const CAPABILITIES: Record<string, Sentence> = {
  send: msg('Sending'),
  receive: msg('Receiving'),
  history: msg('History'),
  sign_in: msg('Sign-in'),
};

const CAUSES: Record<string, Sentence> = {
  platform: msg('the platform itself'),
  account: msg('our app or account there'),
  token: msg('our access token'),
  subscription: msg('our webhook subscription'),
  uplink: msg('our own internet connection'),
  hub: msg('this hub'),
  conversation: msg('one conversation only'),
};

const PLATFORMS: Record<string, { name: string; tag: string }> = {
  instagram: { name: 'Instagram', tag: 'IG' },
  whatsapp: { name: 'WhatsApp', tag: 'WA' },
  sms: { name: 'SMS', tag: 'SMS' },
  telegram: { name: 'Telegram', tag: 'TG' },
  messenger: { name: 'Messenger', tag: 'FB' },
};
const ROLES: Record<Me['role'], Sentence> = { owner: msg('Owner'), agent: msg('Agent'), viewer: msg('Viewer') };

const MESSAGE_STATES: Record<MessageStateName, { word: Sentence; meaning: Sentence; tone: Tone }> = {
  received: { word: msg('Received'), meaning: msg('Safe in this hub.'), tone: 'plain' },
  unsent_yet: { word: msg('Saving'), meaning: msg('On its way from this page to the hub.'), tone: 'plain' },
  waiting: { word: msg('Waiting'), meaning: msg('Safe with us, waiting for its turn.'), tone: 'plain' },
  sending: { word: msg('Being sent'), meaning: msg('Being handed to the platform now.'), tone: 'plain' },
  held: { word: msg('Held'), meaning: msg('Safe with us, and goes out when the channel is back.'), tone: 'suspected' },
  rerouted: { word: msg('Another way'), meaning: msg('It goes out on another channel.'), tone: 'recovering' },
  in_doubt: {
    word: msg('In doubt'),
    meaning: msg('The platform did not answer. We look for proof before anything is sent again.'),
    tone: 'suspected',
  },
  sent: { word: msg('Sent'), meaning: msg('The platform has confirmed it.'), tone: 'plain' },
  delivered: { word: msg('Delivered'), meaning: msg('It has reached the person.'), tone: 'up' },
  read: { word: msg('Read'), meaning: msg('The person has seen it.'), tone: 'up' },
  failed: { word: msg('Not possible'), meaning: msg('The platform refused it.'), tone: 'failing' },
  expired: { word: msg('Expired'), meaning: msg('It became too old to be of use and was not sent.'), tone: 'failing' },
  cancelled: { word: msg('Cancelled'), meaning: msg('It was taken back before it was sent.'), tone: 'unknown' },
  superseded: { word: msg('Replaced'), meaning: msg('Another way has delivered it, so this one is not used.'), tone: 'unknown' },
};

const CONSENTS: Record<Consent, { word: Sentence; meaning: Sentence }> = {
  none: { word: msg('No consent'), meaning: msg('Never written to here.') },
  reply: { word: msg('Replies here'), meaning: msg('Answers to what they write here, nothing more.') },
  failover: { word: msg('Also when others fail'), meaning: msg('May be reached here when another channel fails.') },
  opted_out: { word: msg('Opted out'), meaning: msg('Asked not to be written to here.') },
};

const PROOFS: Record<string, Sentence> = {
  wrote: msg('Theirs: they wrote from it'),
  confirmed: msg('Theirs: they confirmed it'),
  agent: msg('Joined by one of us'),
};

const LEDGER: Record<LedgerNumber, Sentence> = {
  received: msg('Received from people'),
  received_late: msg('Received late'),
  read_back: msg('Read back from history'),
  stored: msg('Stored'),
  answered_automatically: msg('Answered automatically'),
  held: msg('Held for the channel'),
  sent_after_hold: msg('Sent after being held'),
  rerouted: msg('Sent another way'),
  waiting: msg('Still waiting'),
  in_doubt: msg('In doubt now'),
  resolved_in_doubt: msg('In doubt, then settled'),
  failed: msg('Not possible'),
  expired: msg('Expired'),
  cancelled: msg('Cancelled'),
  unreadable: msg('Could not be read'),
  lost: msg('Lost'),
};

export const CONSENT_CHOICES = Object.keys(CONSENTS) as Consent[];

const MAINTENANCE: Record<string, Sentence> = {
  scheduled: msg('To come'),
  in_progress: msg('Going on'),
  completed: msg('Over'),
  cancelled: msg('Called off'),
};
const SUBSCRIBER_STATES: Record<string, Sentence> = {
  asked: msg('Not confirmed yet'),
  active: msg('Told of changes'),
  disabled: msg('Not written to any more'),
};
const SUBSCRIBER_KINDS: Record<string, Sentence> = { email: msg('Email'), webhook: msg('Webhook') };

export const maintenanceWord = (state: string) => saidOr(MAINTENANCE[state], state);
export const subscriberWord = (state: string) => saidOr(SUBSCRIBER_STATES[state], state);
export const subscriberKind = (kind: string) => saidOr(SUBSCRIBER_KINDS[kind], kind);
export const capabilityName = (capability: string) => saidOr(CAPABILITIES[capability], capability);
export const proofWord = (proof: string | null) => t((proof && PROOFS[proof]) || msg('Not shown to be theirs'));
export const ledgerName = (number: LedgerNumber) => t(LEDGER[number]);
const UPDATES: Record<string, Sentence> = {
  opened: msg('Opened'),
  note: msg('Note'),
  step: msg('Step'),
  recovering: msg('Recovering'),
  closed: msg('Closed|incident'),
  identified: msg('Identified'),
  monitoring: msg('Monitoring'),
  resolved: msg('Resolved'),
};
const OUTCOMES: Record<string, Sentence> = {
  accepted: msg('Accepted'),
  deferred: msg('Deferred'),
  rejected: msg('Rejected'),
  unreachable: msg('Unreachable'),
  in_doubt: msg('In doubt'),
};

/** A line of an incident's story, and a draft of one. */
export const updateWord = (kind: string) => saidOr(UPDATES[kind], kind);
/** How a call to a platform ended; nothing while it lasts. */
export const outcomeWord = (outcome: string) => (outcome ? saidOr(OUTCOMES[outcome], outcome) : t('Under way'));
export const roleName = (role: Me['role']) => t(ROLES[role]);
export const LEDGER_NUMBERS = Object.keys(LEDGER) as LedgerNumber[];

export function verdictWord(state: VerdictState): { word: string; tone: Tone } {
  const { word, tone } = VERDICTS[state] ?? VERDICTS.unknown;
  return { word: t(word), tone };
}

export function messageState(state: string): { word: string; meaning: string; tone: Tone } {
  const known = MESSAGE_STATES[state as MessageStateName];
  if (!known) return { word: titled(state), meaning: '', tone: 'unknown' };
  return { word: t(known.word), meaning: t(known.meaning), tone: known.tone };
}

export function consentWord(consent: Consent): { word: string; meaning: string } {
  const { word, meaning } = CONSENTS[consent] ?? CONSENTS.none;
  return { word: t(word), meaning: t(meaning) };
}

function saidOr(sentence: Sentence | undefined, code: string): string {
  return sentence ? t(sentence) : titled(code);
}
export const platformOf = (channel: string) => channel.split(':')[0] ?? channel;

export function platformName(platform: string): string {
  if (platform === 'email') return t('Email');
  if (platform === 'direct') return t('Web chat');
  return PLATFORMS[platform]?.name ?? titled(platform);
}

/** What became of a test message between our own accounts, to follow the name of the account it went to. */
export function roundTripWords(trip: { state: string; latency_ms: number | null; reason: string }): string {
  const seconds = number((trip.latency_ms ?? 0) / 1000, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  switch (trip.state) {
    case 'arrived':
      return t('arrived after {seconds} s', { seconds });
    case 'late':
      return t('arrived late, after {seconds} s', { seconds });
    case 'missing':
      return t('was accepted and did not arrive');
    case 'failed':
      return t('was not accepted: {reason}', { reason: trip.reason });
    case 'unknown':
      return t('nobody saw how it ended');
    case '':
      return t('none was sent yet');
    default:
      return t('is on its way');
  }
}

/** "Instagram · Kelp & Co", or only the account's name where that already says which platform it is. */
export function channelName(channel: { platform: string; name: string }): string {
  const platform = platformName(channel.platform);
  return channel.name.toLowerCase().includes(platform.toLowerCase()) ? channel.name : `${platform} · ${channel.name}`;
}

/** People on our own chat need not give a name. */
export function personName(name: string, channel: string): string {
  return name || t('Someone on {platform}', { platform: platformName(platformOf(channel)) });
}

export function platformTag(platform: string): string {
  if (platform === 'email') return '@';
  if (platform === 'direct') return 'Web';
  return PLATFORMS[platform]?.tag ?? platform.slice(0, 2).toUpperCase();
}

/** "About 30 % fail. Likely cause: the platform itself, 97 % sure." Empty when all is well. */
export function verdictSentence(verdict: Verdict): string {
  if (verdict.state === 'up' || verdict.state === 'unknown') return '';
  const sure = percent(verdict.confidence);
  const cause = CAUSES[verdict.cause];
  const why = cause ? t('Likely cause: {cause}, {sure} sure.', { cause: t(cause), sure }) : t('We are {sure} sure.', { sure });
  return verdict.state === 'partial' ? `${t('About {share} fail.', { share: percent(verdict.share) })} ${why}` : why;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

export function causeWords(cause: string): string {
  return t(CAUSES[cause] ?? msg('not known yet'));
}

export function titled(word: string): string {
  const spaced = word.replaceAll('_', ' ');
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
