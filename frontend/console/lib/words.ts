// The words for everything that has a state or a name. One word per idea, the same on every page.
import type { Consent, LedgerNumber, MessageStateName, Verdict, VerdictState } from './types.ts';

export type Tone = 'up' | 'suspected' | 'failing' | 'recovering' | 'unknown' | 'plain';

const VERDICTS: Record<VerdictState, { word: string; tone: Tone }> = {
  up: { word: 'Up', tone: 'up' },
  suspected: { word: 'Suspected', tone: 'suspected' },
  partial: { word: 'Partly failing', tone: 'failing' },
  down: { word: 'Failing', tone: 'failing' },
  recovering: { word: 'Recovering', tone: 'recovering' },
  unknown: { word: 'Not known yet', tone: 'unknown' },
};

const CAPABILITIES: Record<string, string> = {
  send: 'Sending',
  receive: 'Receiving',
  history: 'History',
  sign_in: 'Sign-in',
};

const CAUSES: Record<string, string> = {
  platform: 'the platform itself',
  account: 'our app or account there',
  token: 'our access token',
  subscription: 'our webhook subscription',
  uplink: 'our own internet connection',
  hub: 'this hub',
  conversation: 'one conversation only',
};

const PLATFORMS: Record<string, { name: string; tag: string }> = {
  instagram: { name: 'Instagram', tag: 'IG' },
  whatsapp: { name: 'WhatsApp', tag: 'WA' },
  sms: { name: 'SMS', tag: 'SMS' },
  email: { name: 'Email', tag: '@' },
  direct: { name: 'Web chat', tag: 'Web' },
  telegram: { name: 'Telegram', tag: 'TG' },
  messenger: { name: 'Messenger', tag: 'FB' },
};

const MESSAGE_STATES: Record<MessageStateName, { word: string; meaning: string; tone: Tone }> = {
  received: { word: 'Received', meaning: 'Safe in this hub.', tone: 'plain' },
  unsent_yet: { word: 'Saving', meaning: 'On its way from this page to the hub.', tone: 'plain' },
  waiting: { word: 'Waiting', meaning: 'Safe with us, waiting for its turn.', tone: 'plain' },
  sending: { word: 'Sending', meaning: 'Being handed to the platform now.', tone: 'plain' },
  held: { word: 'Held', meaning: 'Safe with us, and goes out when the channel is back.', tone: 'suspected' },
  rerouted: { word: 'Another way', meaning: 'It goes out on another channel.', tone: 'recovering' },
  in_doubt: {
    word: 'In doubt',
    meaning: 'The platform did not answer. We look for proof before anything is sent again.',
    tone: 'suspected',
  },
  sent: { word: 'Sent', meaning: 'The platform has confirmed it.', tone: 'plain' },
  delivered: { word: 'Delivered', meaning: 'It has reached the person.', tone: 'up' },
  read: { word: 'Read', meaning: 'The person has seen it.', tone: 'up' },
  failed: { word: 'Not possible', meaning: 'The platform refused it.', tone: 'failing' },
  expired: { word: 'Expired', meaning: 'It became too old to be of use and was not sent.', tone: 'failing' },
  cancelled: { word: 'Cancelled', meaning: 'It was taken back before it was sent.', tone: 'unknown' },
  superseded: { word: 'Replaced', meaning: 'Another way has delivered it, so this one is not used.', tone: 'unknown' },
};

const CONSENTS: Record<Consent, { word: string; meaning: string }> = {
  none: { word: 'No consent', meaning: 'Never written to here.' },
  reply: { word: 'Replies here', meaning: 'Answers to what they write here, nothing more.' },
  failover: { word: 'Also when others fail', meaning: 'May be reached here when another channel fails.' },
  opted_out: { word: 'Opted out', meaning: 'Asked not to be written to here.' },
};

const PROOFS: Record<string, string> = {
  wrote: 'Theirs: they wrote from it',
  confirmed: 'Theirs: they confirmed it',
  agent: 'Joined by one of us',
};

const LEDGER: Record<LedgerNumber, string> = {
  received: 'Received from people',
  received_late: 'Received late',
  read_back: 'Read back from history',
  stored: 'Stored',
  answered_automatically: 'Answered automatically',
  held: 'Held for the channel',
  sent_after_hold: 'Sent after being held',
  rerouted: 'Sent another way',
  waiting: 'Still waiting',
  in_doubt: 'In doubt now',
  resolved_in_doubt: 'In doubt, then settled',
  failed: 'Not possible',
  expired: 'Expired',
  cancelled: 'Cancelled',
  unreadable: 'Could not be read',
  lost: 'Lost',
};

export const CONSENT_CHOICES = Object.keys(CONSENTS) as Consent[];
export const LEDGER_ROWS = Object.entries(LEDGER) as [LedgerNumber, string][];

const MAINTENANCE: Record<string, string> = {
  scheduled: 'To come',
  in_progress: 'Going on',
  completed: 'Over',
  cancelled: 'Called off',
};
const SUBSCRIBER_STATES: Record<string, string> = {
  asked: 'Not confirmed yet',
  active: 'Told of changes',
  disabled: 'Not written to any more',
};
const SUBSCRIBER_KINDS: Record<string, string> = { email: 'Email', webhook: 'Webhook' };

export const maintenanceWord = (state: string) => MAINTENANCE[state] ?? titled(state);
export const subscriberWord = (state: string) => SUBSCRIBER_STATES[state] ?? titled(state);
export const subscriberKind = (kind: string) => SUBSCRIBER_KINDS[kind] ?? titled(kind);

export const verdictWord = (state: VerdictState) => VERDICTS[state] ?? VERDICTS.unknown;
export const capabilityName = (capability: string) => CAPABILITIES[capability] ?? titled(capability);
export const messageState = (state: string) =>
  MESSAGE_STATES[state as MessageStateName] ?? { word: titled(state), meaning: '', tone: 'unknown' as Tone };
export const consentWord = (consent: Consent) => CONSENTS[consent] ?? CONSENTS.none;
export const proofWord = (proof: string | null) => (proof && PROOFS[proof]) || 'Not shown to be theirs';
export const platformOf = (channel: string) => channel.split(':')[0] ?? channel;

export function platformName(platform: string): string {
  return PLATFORMS[platform]?.name ?? titled(platform);
}

/** What became of a test message between our own accounts, to follow the name of the account it went to. */
export function roundTripWords(trip: { state: string; latency_ms: number | null; reason: string }): string {
  const seconds = ((trip.latency_ms ?? 0) / 1000).toFixed(1);
  switch (trip.state) {
    case 'arrived':
      return `arrived after ${seconds} s`;
    case 'late':
      return `arrived late, after ${seconds} s`;
    case 'missing':
      return 'was accepted and did not arrive';
    case 'failed':
      return `was not accepted: ${trip.reason}`;
    case 'unknown':
      return 'nobody saw how it ended';
    case '':
      return 'none was sent yet';
    default:
      return 'is on its way';
  }
}

/** "Instagram · Kelp & Co", or only the account's name where that already says which platform it is. */
export function channelName(channel: { platform: string; name: string }): string {
  const platform = platformName(channel.platform);
  return channel.name.toLowerCase().includes(platform.toLowerCase()) ? channel.name : `${platform} · ${channel.name}`;
}

/** People on our own chat need not give a name. */
export function personName(name: string, channel: string): string {
  return name || `Someone on ${platformName(platformOf(channel))}`;
}

export function platformTag(platform: string): string {
  return PLATFORMS[platform]?.tag ?? platform.slice(0, 2).toUpperCase();
}

/** "About 30 % fail. Likely cause: the platform itself, 97 % sure." Empty when all is well. */
export function verdictSentence(verdict: Verdict): string {
  if (verdict.state === 'up' || verdict.state === 'unknown') return '';
  const share = verdict.state === 'partial' ? `About ${percent(verdict.share)} fail. ` : '';
  const cause = CAUSES[verdict.cause];
  return share + (cause ? `Likely cause: ${cause}, ${percent(verdict.confidence)} sure.` : `We are ${percent(verdict.confidence)} sure.`);
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

export function causeWords(cause: string): string {
  return CAUSES[cause] ?? 'not known yet';
}

export function titled(word: string): string {
  const spaced = word.replaceAll('_', ' ');
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

export function count(number: number, one: string, many: string): string {
  return `${number.toLocaleString()} ${number === 1 ? one : many}`;
}

/** "it" or "them", for what is decided about one or several. */
export function itOrThem(number: number): string {
  return number === 1 ? 'it' : 'them';
}
