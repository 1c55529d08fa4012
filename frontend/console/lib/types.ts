// What the hub's API answers, as described in docs/api.md. Times are milliseconds since the epoch.

export type VerdictState = 'up' | 'suspected' | 'partial' | 'down' | 'recovering' | 'unknown';
export type MessageStateName =
  | 'received' | 'waiting' | 'sending' | 'held' | 'rerouted' | 'in_doubt' | 'sent' | 'delivered' | 'read'
  | 'failed' | 'expired' | 'cancelled' | 'superseded' | 'unsent_yet';
export type Consent = 'none' | 'reply' | 'failover' | 'opted_out';

export interface Me {
  /** The agent's; empty for a program. */
  id: string;
  kind: 'agent' | 'token';
  name: string;
  role: 'owner' | 'agent' | 'viewer';
  scopes: string[];
  csrf: string;
  /** Where the stream of what happens was when this was asked. */
  cursor: number;
  hub: { name: string; status_url: string; chat_url: string; undo_seconds: number };
}

export interface Verdict {
  capability: string;
  state: VerdictState;
  cause: string;
  confidence: number;
  share: number;
  since: number;
  evidence: string[];
}

export interface Breaker {
  state: string;
  probe_at: number | null;
  reason: string;
}

/** The newest test message to another account of ours. */
export interface RoundTrip {
  channel: string;
  state: string;
  at: number | null;
  latency_ms: number | null;
  reason: string;
}

export interface Channel {
  id: string;
  platform: string;
  name: string;
  failure_domain: string;
  hook_url: string;
  verdicts: Verdict[];
  breaker: Breaker | null;
  waiting: number;
  held: number;
  in_doubt: number;
  round_trip: RoundTrip | null;
}

export interface CheckResult {
  capability: string;
  ok: boolean | null;
  detail: string;
}

export interface Conversation {
  id: string;
  contact: { id: string; name: string };
  status: ConversationStatus;
  last_at: number;
  last_preview: string;
  last_channel: string;
  channels: string[];
  unread: number;
  waiting_since: number | null;
  waiting_out: number;
  in_doubt: number;
  window_closes_at: number | null;
  /** When whoever waits should have an answer; null where nobody waits. */
  answer_by: number | null;
  snoozed_until: number | null;
  /** Ids, empty for nobody and no team. */
  assignee: string;
  team: string;
  labels: string[];
  /** The clocks of what was promised that go on, what is due soonest first. */
  timers: Timer[];
}

/** One clock of a target; `due_at` is null while it stands still and nobody knows until when. */
export interface Timer {
  promise: 'first' | 'next' | 'resolve';
  target: string;
  message_id: string;
  started_at: number;
  within_ms: number;
  due_at: number | null;
  left_ms: number;
  still: { since: number; until: number | null; why: 'closed' | 'snoozed' | 'customer' | 'outage' }[];
  ended_at: number | null;
  outcome: '' | 'met' | 'missed';
}

/** Within which time people are to be answered; no channels means all of them. */
export interface Target {
  id: string;
  name: string;
  channels: string[];
  label: string;
  first_within_ms: number | null;
  next_within_ms: number | null;
  resolved_within_ms: number | null;
  in_hours: boolean;
}

export type ConversationStatus = 'open' | 'snoozed' | 'resolved';

/** Which conversations a list shows; what is empty filters nothing. */
export interface ViewFilter {
  status: ConversationStatus | 'all';
  query?: string;
  assignee?: string;
  team?: string;
  label?: string;
  channel?: string;
  mentioned?: 'me' | '';
  waiting?: boolean;
  due?: 'overdue' | 'soon' | '';
}

export interface Counts {
  waiting: number;
  mine: number;
  unassigned: number;
  mentions: number;
  overdue: number;
  due_soon: number;
}

export interface Decision {
  status?: ConversationStatus;
  snoozed_until?: number;
  assignee?: string;
  team?: string;
  add_labels?: string[];
  remove_labels?: string[];
  if_assignee?: string;
}

/** How a conversation stood before a decision; handed back to undo it. */
export interface Standing {
  id: string;
  status: ConversationStatus;
  snoozed_until: number | null;
  assignee: string;
  team: string;
  labels: string[];
}

export type Colour = 'grey' | 'red' | 'amber' | 'green' | 'teal' | 'blue' | 'violet' | 'pink';

export interface Label {
  id: string;
  name: string;
  colour: Colour;
}

export interface Agent {
  id: string;
  email: string;
  name: string;
  role: Me['role'];
  away: boolean;
  capacity: number;
  waiting: number;
}

export interface Team {
  id: string;
  name: string;
  policy: 'manual' | 'round_robin' | 'load';
  channels: string[];
  agents: string[];
}

export interface Note {
  id: string;
  conversation_id: string;
  author: string;
  author_name: string;
  text: string;
  at: number;
  edited_at: number | null;
  mentions: string[];
}

export interface StoryLine {
  id: string;
  at: number;
  who: string;
  who_name: string;
  kind: string;
  detail: string;
}

export interface CannedReply {
  id: string;
  shortcut: string;
  title: string;
  text: string;
  used: number;
}

export interface SavedView {
  id: string;
  name: string;
  shared: boolean;
  filter: ViewFilter;
}

/** A reply that leaves at a time. */
export interface LaterReply {
  id: string;
  conversation_id: string;
  author: string;
  text: string;
  route: string;
  send_at: number;
  state: 'waiting' | 'queued' | 'cancelled' | 'refused';
  reason: string;
  message_id: string | null;
  made_at: number;
  /** It was sent, and can be taken back until its time. */
  held: boolean;
  files: Upload[];
  reply_to: string | null;
}

/** What a reply is kept with; without a time it is held for the moment in which it can be taken back. */
export interface NewLater {
  text: string;
  channel: string;
  files: string[];
  send_at?: number;
  seen?: string;
  idempotency_key?: string;
  reply_to?: string;
}

export interface Route {
  channel: string;
  platform: string;
  name: string;
  address: string;
  address_id: string;
  usable: boolean;
  recommended: boolean;
  why: string;
  window_closes_at: number | null;
  text_max: number;
  text_unit: string;
  /** Whether files can go along. */
  files: boolean;
  reactions: boolean;
  quotes: boolean;
  /** How long what was sent can be changed, in ms; 0 where it can neither be changed nor taken back. */
  edit_ms: number;
  consent: Consent;
}

export interface Address {
  id: string;
  channel: string;
  platform: string;
  value: string;
  name: string;
  proof: 'wrote' | 'confirmed' | 'agent' | null;
  consent: Consent;
  consent_at: number | null;
  last_in_at: number | null;
}

export interface Contact {
  id: string;
  name: string;
  created_at: number;
  conversation_id: string;
  addresses: Address[];
}

export interface ConversationInFull extends Omit<Conversation, 'contact'> {
  contact: Contact;
  routes: Route[];
}

export interface Attachment {
  kind: string;
  url: string;
  name: string;
  mime: string;
  thumb: string;
  bytes: number;
  width: number;
  height: number;
  seconds: number;
}

export interface LinkPreview {
  url: string;
  title: string;
  text: string;
  picture: string;
}

/** A file that the hub has and that waits for a message to name it. */
export interface Upload {
  id: string;
  kind: 'picture' | 'video' | 'voice' | 'file';
  type: string;
  name: string;
  bytes: number;
  width: number;
  height: number;
  seconds: number;
  url: string;
  thumb: string;
}

export interface Delivery {
  id: string;
  channel: string;
  state: MessageStateName;
  reason: string;
  part: number;
  parts: number;
  attempts: number;
  next_at: number | null;
  external_id: string | null;
  settled_at: number | null;
}

export interface Message {
  id: string;
  conversation_id: string;
  direction: 'in' | 'out';
  author: string;
  author_name: string;
  channel: string;
  text: string;
  attachments: Attachment[];
  preview: LinkPreview | null;
  at: number;
  stored_at: number;
  late: boolean;
  automatic: boolean;
  source: string;
  edited_at: number | null;
  unsent_at: number | null;
  reply_to: string | null;
  reactions: Reaction[];
  external_id: string | null;
  state: MessageStateName;
  state_reason: string;
  deliveries: Delivery[];
}

/** `state` and `reason` are of the business's own: how far the newest wish has come. */
export interface Reaction {
  by: string;
  emoji: string;
  name: string;
  state: '' | 'queued' | 'sending' | 'in_doubt' | 'sent' | 'failed';
  reason: string;
}

/** What a message said before somebody changed it or took it back. */
export interface Version {
  change: 'edited' | 'unsent';
  text: string;
  by: string;
  by_name: string;
  at: number;
}

export interface Attempt {
  delivery_id: string;
  number: number;
  started_at: number;
  finished_at: number | null;
  outcome: string;
  detail: string;
}

export interface LedgerEntry {
  message_id: string;
  conversation_id: string;
  contact_name: string;
  direction: 'in' | 'out';
  outcome: string;
  channel: string;
  at: number;
}

export type LedgerNumber =
  | 'received' | 'received_late' | 'read_back' | 'stored' | 'answered_automatically' | 'held' | 'sent_after_hold'
  | 'rerouted' | 'waiting' | 'in_doubt' | 'resolved_in_doubt' | 'failed' | 'expired' | 'cancelled' | 'lost' | 'unreadable';

export type Ledger = Partial<Record<LedgerNumber, number>> & { entries?: LedgerEntry[] };

export interface IncidentUpdate {
  id: string;
  at: number;
  kind: string;
  text: string;
  public: boolean;
}

export interface Incident {
  id: string;
  channel: string;
  capabilities: string[];
  cause: string;
  title: string;
  state: 'open' | 'recovering' | 'closed';
  onset_at: number;
  opened_at: number;
  recovered_at: number | null;
  closed_at: number | null;
  evidence: string[];
  components: IncidentPart[];
  titled_by: string;
  kept_by: string;
  closed_by: string;
  merged_into: string;
  summary: string;
  will_change: string;
  updates: IncidentUpdate[];
  ledger: Ledger;
}

/** One channel's part in an incident. */
export interface IncidentPart {
  channel: string;
  place: string;
  capabilities: string[];
  cause: string;
  title: string;
  state: 'open' | 'recovering' | 'closed';
  onset_at: number;
  recovered_at: number | null;
  closed_at: number | null;
}

/** What the public may be told; `publish_at` is when it goes out by itself. */
export interface Draft {
  stage: 'identified' | 'monitoring' | 'resolved';
  round: number;
  text: string;
  state: 'draft' | 'published' | 'discarded' | 'withdrawn';
  made_at: number;
  publish_at: number | null;
  edited_by: string;
  told_at: number | null;
  told_by: string;
}

export interface PostMortem {
  incident_id: string;
  title: string;
  state: string;
  cause: string;
  onset_at: number;
  opened_at: number;
  recovered_at: number | null;
  closed_at: number | null;
  detected_after_ms: number;
  detected_by: string[];
  lasted_ms: number;
  parts: { channel: string; place: string; title: string; onset_at: number; recovered_at: number | null }[];
  counts: Record<string, number>;
  doubts: { outcome: string; count: number }[];
  proof: string;
  timeline: IncidentUpdate[];
  summary: string;
  will_change: string;
}

export interface Unreadable {
  spool_seq: number;
  channel: string;
  at: number;
  problem: string;
  excerpt: string;
}

export interface Refused {
  channel: string;
  reason: string;
  hour: number;
  count: number;
}

/** What people report about one platform over the last day, as far as the console shows it. */
export interface Tracked {
  platform: string;
  label: string;
  concluded: { kind: 'problem' | 'perhaps' | 'connection' | 'usual'; title: string; lead: string };
  recent: number;
  total: number;
  slots: { at: number; count: number; usual: number }[];
  symptoms: { id: string; label: string; count: number }[];
}

export interface Playbook {
  text: string;
  source: 'built-in' | 'edited';
}

export interface NewMaintenance {
  title: string;
  text: string;
  channels: string[];
  starts_at: number;
  ends_at: number;
}

export interface Maintenance extends NewMaintenance {
  id: string;
  state: 'scheduled' | 'in_progress' | 'completed' | 'cancelled';
  announced_at: number;
  announced_by: string;
  cancelled_at: number | null;
}

export interface Subscriber {
  id: string;
  kind: string;
  address: string;
  channels: string[];
  state: string;
  asked_at: number;
  confirmed_at: number | null;
  failing_since: number | null;
  problem: string;
}

export interface SubscriberCount {
  kind: string;
  state: string;
  count: number;
}

/** An agent has a conversation open. */
export interface Attending {
  conversation_id: string;
  agent_id: string;
  doing: 'looking' | 'writing';
}

/** A part of a text; `hit` where it is what was looked for. */
export interface Piece {
  text: string;
  hit: boolean;
}

export interface Hit {
  id: string;
  kind: 'message' | 'note';
  conversation_id: string;
  contact: { id: string; name: string };
  status: ConversationStatus;
  direction: 'in' | 'out' | 'note';
  author_name: string;
  channel: string | null;
  at: number;
  files: number;
  snippet: Piece[];
}

export interface PersonFound {
  id: string;
  conversation_id: string | null;
  name: Piece[];
  address: Piece[];
  channels: string[];
}

export interface Found {
  items: Hit[];
  people: PersonFound[];
  chips: { kind: 'word' | 'filter'; text: string; says: string }[];
  next: string | null;
  searched_to: number | null;
  indexing: boolean;
}

/** Messages on both sides of one; `older` and `newer` lead on. */
export interface Around {
  items: Message[];
  older: string | null;
  newer: string | null;
}

export interface Page<Item> {
  items: Item[];
  next: string | null;
}

export interface HubEvent {
  seq: number;
  at: number;
  kind: string;
  conversation_id: string | null;
  body: Record<string, unknown>;
}

export type PostState = 'draft' | 'scheduled' | 'published' | 'hidden';

export interface Post {
  id: string;
  state: PostState;
  at: number;
  title: string;
  text: string;
  link: string;
  /** The channel that it is mirrored from; empty for our own. */
  source: string;
  pinned: boolean;
  starts_at: number | null;
  ends_at: number | null;
  place: string;
  pictures: { file: string; kind: string; alt: string; link: string; url: string }[];
  url: string;
}

export interface PostBody {
  title: string;
  text: string;
  link: string;
  state: PostState;
  at?: number;
  pinned: boolean;
  starts_at: number | null;
  ends_at: number | null;
  place: string;
  pictures: { file: string; alt: string }[];
}

export interface Span {
  opens: string;
  closes: string;
}

export interface Hours {
  zone: string;
  week: Span[][];
  special: { date: string; spans: Span[]; note: string }[];
}

export interface Profile {
  name: string;
  text: string;
  picture: string;
  address: string;
  phone: string;
  email: string;
  links: { label: string; url: string }[];
  hours: Hours;
}

export interface ProfileView {
  profile: Profile;
  opening_text: string;
  url: string;
}

export interface WidgetQuestion {
  id: string;
  kind: 'text' | 'choice' | 'name' | 'email' | 'phone';
  label: string;
  required: boolean;
  choices: string[];
}

export interface WidgetSetup {
  greeting: string;
  away: string;
  look: { accent: string; corner: 'right' | 'left'; theme: 'auto' | 'light' | 'dark'; label: string; sound: boolean };
  questions: WidgetQuestion[];
  consent: string;
}

/** What a person told before they wrote. */
export interface Told {
  answers: { question_id: string; question: string; answer: string; at: number }[];
  consents: {
    kind: string; address: string; text: string; site: string; at: number; withdrawn_at: number | null; proven_at: number | null;
  }[];
}

export interface MemberCard {
  id: string;
  handle: string;
  name: string;
  picture: string;
  about: string;
}

/** What a member says of another to the agents; `quote` is what the message said then. */
export interface Complaint {
  id: string;
  at: number;
  by: MemberCard;
  about: MemberCard;
  standing: string;
  open_about: number;
  reason: string;
  text: string;
  quote: string;
  state: string;
  decided_at: number | null;
  decided_by: string;
  decision: string;
}

export interface MemberOfHub extends MemberCard {
  kind: 'guest' | 'member';
  email: string;
  standing: 'good' | 'muted' | 'banned';
  standing_reason: string;
  standing_until: number | null;
  warning: string;
  warned_at: number | null;
  created_at: number;
  seen_at: number;
}

export interface SafetyRule {
  id: string;
  kind: 'email' | 'network' | 'word' | 'domain';
  value: string;
  note: string;
  created_at: number;
  created_by: string;
}

export interface SafetySettings {
  links: 'everyone' | 'members' | 'settled';
  new_hours: number;
  same_text_threads: number;
}
