// The words for platforms, faults and what they touch.

export const PLATFORM_NAMES: Record<string, string> = {
  instagram: 'Instagram',
  whatsapp: 'WhatsApp',
  sms: 'SMS',
  email: 'Email',
  feeds: 'Status pages',
  uplink: 'Our internet',
};

export const CAPABILITIES: Record<string, string> = {
  all: 'Everything',
  send: 'Sending',
  receive: 'Receiving (webhooks)',
  history: 'Reading history',
  sign_in: 'Sign-in',
};

const ANSWERS = ['server_error', 'html_error', 'slow', 'accept_then_timeout', 'accept_then_reset', 'accept_then_html', 'accept_then_cut', 'accept_late', 'lose_then_timeout', 'lose_then_reset', 'throttle', 'token_error', 'permission_error', 'false_success'];
const WEBHOOKS = ['webhooks_silent', 'webhooks_delayed', 'webhooks_duplicated', 'webhooks_reordered'];

export const KINDS_OF: Record<string, string[]> = {
  instagram: ['refused', ...ANSWERS, ...WEBHOOKS, 'webhooks_regrouped', 'subscription_removed', 'no_echo'],
  whatsapp: ['refused', ...ANSWERS, ...WEBHOOKS, 'webhooks_regrouped', 'subscription_removed'],
  sms: ['refused', ...ANSWERS, ...WEBHOOKS],
  email: ['refused', 'server_error', 'greylist', 'slow', 'accept_then_reset', 'accept_then_cut', 'lose_then_reset', 'throttle', 'token_error', 'bounce'],
  feeds: ['refused', 'server_error', 'html_error', 'slow'],
  uplink: ['refused'],
};

export const KIND_NAMES: Record<string, string> = {
  refused: 'Connections are refused',
  server_error: 'Server errors (5xx)',
  html_error: 'An HTML page instead of JSON',
  slow: 'Slow answers',
  accept_then_timeout: 'Accepts, then never answers',
  accept_then_reset: 'Accepts, then drops the connection',
  accept_then_html: 'Accepts, then answers with an HTML page',
  accept_then_cut: 'Accepts, then breaks off its answer',
  accept_late: 'Accepts long after we gave up waiting',
  lose_then_timeout: 'Loses it and never answers',
  lose_then_reset: 'Loses it and drops the connection',
  throttle: 'Too many requests',
  token_error: 'The token is called invalid',
  permission_error: 'The permission is called missing',
  false_success: 'Says yes, delivers nothing',
  webhooks_silent: 'Webhooks never come',
  webhooks_delayed: 'Webhooks come later, all at once',
  webhooks_duplicated: 'Webhooks come twice',
  webhooks_reordered: 'Webhooks come in the wrong order',
  webhooks_regrouped: 'Several events in one webhook',
  subscription_removed: 'The webhook subscription is removed',
  no_echo: 'No echo of what we send',
  greylist: 'Greylisting: try again later',
  bounce: 'Mail bounces',
};

/** Which capability a kind is about unless somebody chooses another. */
export function usualCapability(platform: string, kind: string): string {
  if (platform === 'feeds' || platform === 'uplink' || kind === 'refused') return 'all';
  if (kind.startsWith('webhooks') || kind === 'subscription_removed' || kind === 'no_echo') return 'receive';
  return kind === 'token_error' || kind === 'permission_error' ? 'all' : 'send';
}

export const isOnOrOff = (kind: string) => kind === 'refused' || kind === 'subscription_removed';
export const platformName = (platform: string) => PLATFORM_NAMES[platform] ?? platform;
export const kindName = (kind: string) => KIND_NAMES[kind] ?? kind.replaceAll('_', ' ');
