// What the hub says of an incident while it goes on.
import type { MessageStateName } from '../lib/types.ts';

export interface Held {
  message_id: string;
  conversation_id: string;
  contact_name: string;
  outcome: string;
  state: MessageStateName;
  reason: string;
  channel: string | null;
  at: number;
  excerpt: string;
}

export interface Way {
  channel: string;
  platform: string;
  address: string;
  phone: string;
  why: string;
}

export interface Unreached {
  contact_id: string;
  contact_name: string;
  conversation_id: string;
  assignee_id: string | null;
  channel: string;
  since: number;
  held: number;
  ways: Way[];
}

export interface Reach {
  people: number;
  by_platform: Record<string, number>;
  unreachable: number;
  is_whole: boolean;
  items: Unreached[];
}

export type StepName = 'hold' | 'fail_over' | 'auto_reply' | 'drain' | 'read_back' | 'thank';

export interface Step {
  step: StepName;
  mode: 'automatic' | 'by_hand' | 'asked';
  is_due: boolean;
  by: string;
  at: number | null;
}

export interface Closing {
  incident_id: string;
  title: string;
  onset_at: number;
  recovered_at: number | null;
  closed_at: number;
  held: number;
  sent_after_hold: number;
  rerouted: number;
  waiting: number;
  in_doubt: number;
  failed: number;
  expired: number;
  cancelled: number;
  lost: number;
  answered_automatically: number;
  read_back: number;
}
