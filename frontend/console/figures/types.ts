// What the team's work comes to, as the hub says it.
export interface Times {
  count: number;
  median_ms: number | null;
  ninety_ms: number | null;
}

export interface Totals {
  received: number;
  sent: number;
  automatic: number;
  first_reply: Times;
  reply: Times;
  resolution: Times;
}

export interface Point {
  at: number;
  received: number;
  sent: number;
  automatic: number;
}

export type Unit = 'hour' | 'day' | 'week';
export type By = 'agent' | 'channel' | 'label' | 'team';

export interface Overview {
  since: number;
  until: number;
  zone: string;
  unit: Unit;
  counted_until: number;
  totals: Totals;
  before: Totals;
  points: Point[];
}

export interface Part {
  key: string;
  name: string;
  received: number | null;
  sent: number | null;
  automatic: number | null;
  first_reply: Times;
  reply: Times;
  resolution: Times;
}

export interface Breakdown {
  by: By;
  parts: Part[];
}

export type PromisesBy = 'target' | 'agent' | 'channel' | 'team';

/** How many clocks of targets were met and missed; `share` is null where there were none. */
export interface Kept {
  met: number;
  missed: number;
  share: number | null;
}

export interface Promises {
  by: PromisesBy;
  total: Kept;
  parts: { key: string; name: string; first_reply: Kept; next_reply: Kept; resolution: Kept; total: Kept }[];
}

export interface Busy {
  hours: number[][];
}

export interface OutageCost {
  incident_id: string;
  title: string;
  onset_at: number;
  ended_at: number | null;
  lasted_ms: number;
  at_risk: number;
  saved: number;
  lost: number;
  open: number;
  messages_lost: number;
  leads: LeadsCost[];
}

/** Of one currency, empty where they have no value; values in its smallest unit. */
export interface LeadsCost {
  currency: string;
  at_risk: number;
  saved: number;
  lost: number;
  open: number;
  value_at_risk: number;
  value_saved: number;
  value_lost: number;
  value_open: number;
}

/** The last whole week as it reads; `mine` is null for a program. */
export interface WeeklySummary {
  can_mail: boolean;
  next_at: number;
  since: number;
  until: number;
  zone: string;
  letter: { subject: string; text: string; html: string };
  mine: { wanted: boolean; outcome: 'sent' | 'failed' | 'withdrawn' | '' | null; at: number | null; problem: string } | null;
}
