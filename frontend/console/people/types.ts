// What the hub tells of people beside what they say. Times are milliseconds since the epoch.
import type { Address, Contact } from '../lib/types.ts';

export interface Field {
  id: string;
  name: string;
  kind: 'text' | 'number' | 'date' | 'choice';
  choices: string[];
}

export interface Stage {
  id: string;
  name: string;
  kind: 'open' | 'won' | 'lost';
}

/** `value` is in the smallest unit of the currency, such as cents. */
export interface Lead {
  stage: string;
  value: number;
  currency: string;
  since: number;
}

export interface LeadCard {
  contact_id: string;
  name: string;
  conversation_id: string | null;
  channel: string | null;
  lead: Lead;
}

export interface Column {
  stage: Stage;
  people: number;
  sums: { currency: string; people: number; value: number }[];
}

export interface Person {
  id: string;
  name: string;
  conversation_id: string;
  last_at: number;
  last_in_at: number | null;
  last_channel: string | null;
  addresses: Address[];
  labels: string[];
  lead: Lead | null;
  /** The channel by which they are reached when the one fails on which they write; empty for none. */
  way: string;
}

export interface Details {
  fields: Record<string, string>;
  lead: Lead | null;
  merges: { id: string; at: number; who: string; other_id: string; other_name: string }[];
}

export interface Side {
  contact: Contact;
  messages: number;
  notes: number;
  later: number;
  labels: string[];
  status: string;
  assignee: string;
  fields: Record<string, string>;
  lead: Lead | null;
}

export interface MergePreview {
  kept: Side;
  other: Side;
  conflicts: { key: string; name: string; kept: string; other: string }[];
  shared_channels: string[];
}

export type Part = 'message' | 'note' | 'work' | 'contact' | 'incident';

export interface Moment {
  id: string;
  at: number;
  part: Part;
  kind: string;
  who: string;
  who_name: string;
  channel: string;
  text: string;
  state: string;
  merge: string;
}

export interface PeopleFilter {
  query: string;
  channel: string;
  label: string;
  stage: string;
  reachable: string;
}

/** What goes and what stays when somebody is erased. */
export interface ErasurePlan {
  name: string;
  addresses: number;
  messages: number;
  files: number;
  notes: number;
  later: number;
  under_way: number;
  members: string[];
  merged: number;
  stays: string[];
}

/** Of the people who write on a channel: who is reachable if it fails now, with all that fails with it. */
export interface ChannelReach {
  channel: string;
  name: string;
  domain: string;
  people: number;
  reachable: number;
  reachable_alone: number;
  ways: Record<string, number>;
  gaps: Partial<Record<Gap, number>>;
  askable: number;
}

export type Gap = 'no_consent' | 'unproven' | 'window' | 'opted_out' | 'only_here';

export interface Reach {
  at: number;
  days: number;
  people: number;
  carries: boolean;
  channels: ChannelReach[];
}

export interface ContactReach {
  channel: string;
  name: string;
  way: string;
  way_name: string;
  gap: Gap | '';
  usable: boolean;
}

export interface Campaign {
  id: string;
  name: string;
  text: string;
  channels: string[];
  days: number;
  per_minute: number;
  state: 'draft' | 'running' | 'stopped' | 'done';
  reason: string;
  made_at: number;
  started_at: number | null;
  ended_at: number | null;
  results: { asked: number; sent: number; failed: number; waiting: number; added: number; opted_out: number };
}
