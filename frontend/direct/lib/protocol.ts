// What the hub and this page say to one another. Times are milliseconds since the epoch.

export const BUSINESS = 'business';

export interface Settings {
  receipts: boolean;
  typing: boolean;
  presence: boolean;
  requests: 'everyone' | 'nobody';
}

export interface Card {
  id: string;
  handle: string;
  name: string;
  picture: string;
  about: string;
}

export interface Me extends Card {
  kind: 'guest' | 'member';
  email: string;
  settings: Settings;
  /** What the agents want this member to know. */
  notice?: { text: string; at: number | null; muted_until: number | null } | null;
}

export interface Participant {
  id: string;
  name: string;
  handle: string;
  picture: string;
  role: 'owner' | 'member';
  delivered: number;
  read: number;
}

export interface Thread {
  id: string;
  kind: 'business' | 'pair' | 'group';
  title: string;
  picture: string;
  members: Participant[];
  members_count?: number;
  state: 'open' | 'request' | 'left';
  last: Message | null;
  unread: number;
  pinned: boolean;
  muted_until: number;
  draft: string;
  created_at: number;
  /** Another one once what was said earlier is not what it was. */
  history?: string;
}

export interface Attachment {
  id: string;
  kind: 'picture' | 'video' | 'voice' | 'file';
  type: string;
  name: string;
  bytes: number;
  width: number | null;
  height: number | null;
  seconds: number | null;
  url: string;
  thumb: string;
}

export interface ReplyTo {
  id: string;
  author: string;
  name: string;
  text: string;
}

export interface Preview {
  url: string;
  title: string;
  text: string;
  picture: string;
}

export interface Reaction {
  emoji: string;
  members: string[];
}

export type StateName = 'safe' | 'delivered' | 'read' | 'refused';

export interface Message {
  id: string;
  thread: string;
  order: number;
  author: string;
  name: string;
  text: string;
  at: number;
  kind: 'text' | 'event';
  reply_to?: ReplyTo | null;
  attachments?: Attachment[];
  preview?: Preview | null;
  reactions?: Reaction[];
  edited_at?: number | null;
  unsent?: boolean;
  via?: string;
  state?: StateName;
  reason?: string;
}

export type Change = { cursor?: string } & (
  | { type: 'message'; thread: string; message: Message }
  | { type: 'thread'; thread: Thread }
  | { type: 'receipt'; thread: string; member: string; delivered: number; read: number }
  | { type: 'gone'; thread: string }
  | { type: 'me'; member: Me }
);

/** What is only told while it happens. */
export type Passing =
  | { type: 'typing'; thread: string; member: string; name: string }
  | { type: 'presence'; member: string; here: boolean; at: number };

/** What this page tells the stream, besides its hello. */
export type Saying =
  | { type: 'typing'; thread: string }
  | { type: 'focus'; focus: boolean }
  | { type: 'read'; ref: string; thread: string; upto: number }
  | { type: 'delivered'; ref: string; thread: string; upto: number };

export interface Limits {
  text_characters: number;
  attachments: number;
  picture_bytes: number;
  video_bytes: number;
  voice_bytes: number;
  file_bytes: number;
  group_members: number;
  edit_seconds: number;
}

export interface Info {
  business: { name: string; picture: string; about: string };
  channel: string;
  greeting: string;
  notice: string | null;
  status_url: string;
  open?: { now: boolean; text: string };
  push_key?: string;
  /** The ways of signing in that are open. */
  sign_in?: ('email' | 'passkey')[];
  /** Where what was written before can be claimed. */
  elsewhere?: { id: string; platform: string; name: string }[];
  limits?: Limits;
}

export interface Device {
  id: string;
  device: string;
  created_at: number;
  seen_at: number;
  current: boolean;
}

export interface Passkey {
  id: string;
  name: string;
  created_at: number;
}

export interface PushSettings {
  level: string;
  previews: boolean;
  posts: boolean;
  quiet: { from: string; until: string; zone: string } | null;
}

export interface PushState {
  subscribed: boolean;
  settings: PushSettings;
}

export const USUAL_LIMITS: Limits = {
  text_characters: 4_000,
  attachments: 10,
  picture_bytes: 20_000_000,
  video_bytes: 100_000_000,
  voice_bytes: 20_000_000,
  file_bytes: 50_000_000,
  group_members: 200,
  edit_seconds: 900,
};
