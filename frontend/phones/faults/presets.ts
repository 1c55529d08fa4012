// Outages worth rehearsing, each as the faults that make it.
import type { WantedFault } from '../lib/types.ts';

export interface Preset {
  name: string;
  story: string;
  faults: WantedFault[];
}

const BROWN_OUT_DELAY_MS = 25_000;

export const PRESETS: readonly Preset[] = [
  {
    name: 'Instagram goes dark',
    story: 'Every connection is refused, as in a whole outage.',
    faults: [{ platform: 'instagram', kind: 'refused', capability: 'all' }],
  },
  {
    name: 'Webhooks go silent',
    story: 'Sending works, but nothing that people write is delivered to us. It stays in the history.',
    faults: [{ platform: 'instagram', kind: 'webhooks_silent', capability: 'receive' }],
  },
  {
    name: 'Brown-out',
    story: 'Some sends are slow, and some take effect without an answer.',
    faults: [
      { platform: 'instagram', kind: 'accept_then_timeout', capability: 'send', rate: 0.3 },
      { platform: 'instagram', kind: 'slow', capability: 'send', rate: 0.5, delay_ms: BROWN_OUT_DELAY_MS },
    ],
  },
  {
    name: 'Token error',
    story: 'Instagram calls a good token invalid. Receiving goes on.',
    faults: [{ platform: 'instagram', kind: 'token_error', capability: 'all' }],
  },
  {
    name: 'All of Meta',
    story: 'Instagram and WhatsApp fall together, as they did in 2021.',
    faults: [
      { platform: 'instagram', kind: 'refused', capability: 'all' },
      { platform: 'whatsapp', kind: 'refused', capability: 'all' },
    ],
  },
];
