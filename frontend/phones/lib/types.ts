// What the simulators' control API answers. Times are milliseconds since the epoch.

export interface PhoneMessage {
  id: string;
  platform: string;
  account: string;
  address: string;
  person: string | null;
  /** As the person sees it: "in" reached them, "out" was written by them. */
  direction: 'in' | 'out';
  text: string;
  kind: string;
  at_ms: number;
  number: number;
  state: string;
  reply_to: string | null;
  edits: number;
  deleted: boolean;
  reactions: Record<string, string>;
  details: Record<string, unknown>;
}

export interface ShopPost {
  id: string;
  kind: string;
  text: string;
  at_ms: number;
  pictures: number;
}

export interface PhoneChannel {
  platform: string;
  account: string;
  account_name: string;
  address: string;
  unread: number;
  last_message: PhoneMessage | null;
}

export interface Person {
  id: string;
  name: string;
  username: string;
  colour: string;
  flags: string[];
  channels: PhoneChannel[];
}

export interface Fault {
  id: string;
  platform: string;
  kind: string;
  capability: string;
  account: string | null;
  rate: number;
  seconds: number | null;
  delay_ms: number;
  started_at_ms: number;
  ends_at_ms: number | null;
}

export interface WantedFault {
  platform: string;
  kind: string;
  capability: string;
  account?: string | null;
  rate?: number;
  seconds?: number | null;
  delay_ms?: number;
}

export interface Account {
  platform: string;
  account: string;
  names: string[];
}

export interface LoggedRequest {
  at_ms: number;
  platform: string;
  method: string;
  path: string;
  status: number | null;
  effect: boolean;
  fault: string | null;
  account: string | null;
}

export interface Change {
  type: string;
  message?: PhoneMessage;
  request?: LoggedRequest;
}

/** An account as its platform's developer console shows it. */
export interface DeveloperAccount {
  platform: string;
  account: string;
  name: string;
  facts: Record<string, string>;
  callback_url: string;
  verifies: boolean;
  subscribed: boolean;
}
