// The only place that talks HTTP to the hub.
import { fromHub, t } from '../languages/language.ts';
import type {
  Agent, Around, Attempt, Attending, CannedReply, Channel, CheckResult, Colour, Complaint, Consent, Conversation, ConversationInFull,
  Counts, Decision, Draft, Found, Incident, Label, LaterReply, Maintenance, Me, MemberOfHub, Message, NewLater,
  NewMaintenance, Note, Page, Playbook, Post, PostBody, PostMortem, Profile, ProfileView, Refused, SafetyRule,
  SafetySettings, SavedView, Standing, StoryLine, Subscriber, SubscriberCount, Target, Team, Told, Tracked, Unreadable,
  Upload, Version, ViewFilter, WidgetSetup,
} from './types.ts';

const REQUEST_TIMEOUT_MS = 20_000;
const BASE = '/api/v1';

/** The hub's answer was no; `status` 0 means that no answer came at all. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly field: string | null;
  /** What others said meanwhile, where a reply was refused for that. */
  readonly meanwhile: Message[];

  constructor(status: number, code: string, message: string, field: string | null = null, meanwhile: Message[] = []) {
    super(message);
    this.meanwhile = meanwhile;
    this.status = status;
    this.code = code;
    this.field = field;
  }

  /** Whether the request may have had no effect and can be repeated as it is. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** A sentence for people, whatever was thrown. */
export function inWords(problem: unknown): string {
  return problem instanceof ApiError ? fromHub(problem.message, problem.code) : t('Something unexpected went wrong on this page.');
}

/** For what may be there no more: null where it is not. */
export function gone(problem: unknown): null {
  if (problem instanceof ApiError && problem.status === 404) return null;
  throw problem;
}

export class Api {
  #csrf = '';
  onSignedOut: () => void = () => {};

  async me(): Promise<Me> {
    return this.#keepCsrf(await this.#get<Me>('/me'));
  }

  async signIn(email: string, password: string): Promise<Me> {
    return this.#keepCsrf(await this.#send<Me>('POST', '/auth/sign-in', { email, password }));
  }

  async setUp(body: { code: string; email: string; name: string; password: string }): Promise<Me> {
    return this.#keepCsrf(await this.#send<Me>('POST', '/setup', body));
  }

  signOut = () => this.#send<void>('POST', '/auth/sign-out');

  channels = async () => (await this.#get<{ items: Channel[] }>('/channels')).items;
  checkChannel = async (id: string) =>
    (await this.#send<{ results: CheckResult[] }>('POST', `/channels/${part(id)}/check`)).results;

  conversations = (filter: ViewFilter, page: { order: string; before?: string | undefined; limit: number }) =>
    this.#get<Page<Conversation>>(`/conversations${search({ ...filter, ...page })}`);
  counts = () => this.#get<Counts>('/conversations/counts');
  conversation = (id: string) => this.#get<ConversationInFull>(`/conversations/${part(id)}`);
  markRead = (id: string) => this.#send<void>('POST', `/conversations/${part(id)}/read`);
  decide = async (ids: string[], decision: Decision) =>
    (await this.#send<{ before: Standing[] }>('POST', '/conversations/decide', { conversations: ids, decision })).before;
  restore = async (states: Standing[]) =>
    (await this.#send<{ before: Standing[] }>('POST', '/conversations/restore', { states })).before;
  story = async (id: string) => (await this.#get<Page<StoryLine>>(`/conversations/${part(id)}/story`)).items;

  notes = async (id: string) => (await this.#get<Page<Note>>(`/conversations/${part(id)}/notes`)).items;
  addNote = (id: string, text: string, mentions: string[]) =>
    this.#send<Note>('POST', `/conversations/${part(id)}/notes`, { text, mentions });
  editNote = (id: string, text: string, mentions: string[]) =>
    this.#send<Note>('PATCH', `/notes/${part(id)}`, { text, mentions });
  removeNote = (id: string) => this.#send<void>('DELETE', `/notes/${part(id)}`);

  later = async (id: string) => (await this.#get<Page<LaterReply>>(`/conversations/${part(id)}/later`)).items;
  addLater = (id: string, reply: NewLater) => this.#send<LaterReply>('POST', `/conversations/${part(id)}/later`, reply);
  cancelLater = (id: string) => this.#send<LaterReply>('DELETE', `/later/${part(id)}`);

  labels = async () => (await this.#get<Page<Label>>('/labels')).items;
  addLabel = (name: string, colour: Colour) => this.#send<Label>('POST', '/labels', { name, colour });
  agents = async () => (await this.#get<Page<Agent>>('/agents')).items;
  setAway = (away: boolean) => this.#send<void>('PUT', '/me/away', { away });
  targets = async () => (await this.#get<Page<Target>>('/targets')).items;
  teams = async () => (await this.#get<Page<Team>>('/teams')).items;
  canned = async () => (await this.#get<Page<CannedReply>>('/canned-replies')).items;
  addCanned = (shortcut: string, text: string, title: string) =>
    this.#send<CannedReply>('POST', '/canned-replies', { shortcut, text, title });
  useCanned = (id: string) => this.#send<void>('POST', `/canned-replies/${part(id)}/used`);
  views = async () => (await this.#get<Page<SavedView>>('/views')).items;
  addView = (name: string, filter: ViewFilter, shared: boolean) =>
    this.#send<SavedView>('POST', '/views', { name, filter, shared });
  removeView = (id: string) => this.#send<void>('DELETE', `/views/${part(id)}`);

  attend = async (page: string, conversation: string, doing: string) =>
    (await this.#send<Page<Attending>>('PUT', '/me/attention', { page, conversation_id: conversation, doing })).items;
  search = (query: { query: string; order: string; before?: string; limit: number }) =>
    this.#get<Found>(`/search${search({ ...query, zone: Intl.DateTimeFormat().resolvedOptions().timeZone })}`);

  around = (id: string, message: string, limit: number) =>
    this.#get<Around>(`/conversations/${part(id)}/around/${part(message)}?limit=${limit}`);
  messages = (id: string, query: { limit: number; before?: string | undefined; after?: string | undefined }) =>
    this.#get<Page<Message>>(`/conversations/${part(id)}/messages${search(query)}`);
  react = (id: string, emoji: string) => this.#send<Message>('PUT', `/messages/${part(id)}/reaction`, { emoji });
  edit = (id: string, text: string) => this.#send<Message>('PATCH', `/messages/${part(id)}`, { text });
  unsend = (id: string) => this.#send<Message>('DELETE', `/messages/${part(id)}`);
  versions = async (id: string) => (await this.#get<Page<Version>>(`/messages/${part(id)}/versions`)).items;
  message = (id: string) => this.#get<Message>(`/messages/${part(id)}`);
  attempts = async (id: string) => (await this.#get<{ items: Attempt[] }>(`/messages/${part(id)}/attempts`)).items;
  reply = (id: string, body: { text: string; channel: string; idempotency_key: string; files: string[]; seen?: string }) =>
    this.#send<Message>('POST', `/conversations/${part(id)}/messages`, body);
  settleDoubt = (id: string, decision: 'sent' | 'resend' | 'give_up') =>
    this.#send<Message>('POST', `/messages/${part(id)}/doubt`, { decision });
  cancel = (id: string) => this.#send<Message>('POST', `/messages/${part(id)}/cancel`);

  answers = (contact: string) => this.#get<Told>(`/contacts/${part(contact)}/answers`);
  widget = (channel: string) => this.#get<WidgetSetup>(`/widgets/${part(channel)}`);
  setWidget = (channel: string, setup: WidgetSetup) => this.#send<WidgetSetup>('PUT', `/widgets/${part(channel)}`, setup);

  setConsent = (contact: string, address: string, consent: Consent) =>
    this.#send<unknown>('PATCH', `/contacts/${part(contact)}/addresses/${part(address)}`, { consent });

  reports = async () => (await this.#get<{ platforms: Tracked[] }>('/reports')).platforms;
  incidents = (state: string) => this.#get<Page<Incident>>(`/incidents?state=${state}`);
  incident = (id: string) => this.#get<Incident>(`/incidents/${part(id)}`);
  addUpdate = (id: string, text: string, isPublic: boolean) =>
    this.#send<unknown>('POST', `/incidents/${part(id)}/updates`, { text, public: isPublic });
  changeIncident = (id: string, body: { title?: string; summary?: string; will_change?: string }) =>
    this.#send<Incident>('PATCH', `/incidents/${part(id)}`, body);
  closeIncident = (id: string) => this.#send<Incident>('POST', `/incidents/${part(id)}/close`);
  reopenIncident = (id: string) => this.#send<Incident>('POST', `/incidents/${part(id)}/reopen`);
  mergeIncident = (id: string, other: string) =>
    this.#send<Incident>('POST', `/incidents/${part(id)}/merge`, { incident_id: other });
  splitIncident = (id: string, channels: string[]) =>
    this.#send<Incident>('POST', `/incidents/${part(id)}/split`, { channels });
  postMortem = (id: string) => this.#get<PostMortem>(`/incidents/${part(id)}/post-mortem`);
  postMortemAddress = (id: string) => `${BASE}/incidents/${part(id)}/post-mortem.md`;

  drafts = async (id: string) => (await this.#get<Page<Draft>>(`/incidents/${part(id)}/drafts`)).items;
  editDraft = (id: string, draft: Draft, text: string) => this.#send<unknown>('PUT', draftPath(id, draft), { text });
  publishDraft = (id: string, draft: Draft) => this.#send<unknown>('POST', `${draftPath(id, draft)}/publish`);
  discardDraft = (id: string, draft: Draft) => this.#send<unknown>('DELETE', draftPath(id, draft));

  tellTrouble = (channel: string, capability: string, text: string) =>
    this.#send<{ incident_id: string | null }>('POST', `/channels/${part(channel)}/trouble`, { capability, text });

  maintenances = async () => (await this.#get<Page<Maintenance>>('/maintenances')).items;
  announce = (body: NewMaintenance) => this.#send<Maintenance>('POST', '/maintenances', body);
  changeMaintenance = (id: string, body: Partial<NewMaintenance>) =>
    this.#send<Maintenance>('PATCH', `/maintenances/${part(id)}`, body);
  cancelMaintenance = (id: string) => this.#send<Maintenance>('POST', `/maintenances/${part(id)}/cancel`);
  endMaintenance = (id: string) => this.#send<Maintenance>('POST', `/maintenances/${part(id)}/end`);

  subscribers = (query: { kind: string; state: string; limit: number; before?: string | undefined }) =>
    this.#get<Page<Subscriber>>(`/subscribers${search(query)}`);
  subscriberCounts = async () => (await this.#get<Page<SubscriberCount>>('/subscribers/counts')).items;
  removeSubscriber = (id: string) => this.#send<void>('DELETE', `/subscribers/${part(id)}`);

  complaints = (state: string, before: string) =>
    this.#get<Page<Complaint>>(`/safety/complaints${search({ state, before: before || undefined })}`);
  decideComplaint = (id: string, body: { decision: string; text: string; until: number | null }) =>
    this.#send<void>('POST', `/safety/complaints/${part(id)}/verdict`, body);
  members = (query: { query: string; standing: string; before: string }) =>
    this.#get<Page<MemberOfHub>>(`/safety/members${search({ ...query, before: query.before || undefined })}`);
  setStanding = (id: string, body: { standing: string; reason: string; until: number | null }) =>
    this.#send<MemberOfHub>('PUT', `/safety/members/${part(id)}/standing`, body);
  warnMember = (id: string, text: string) => this.#send<MemberOfHub>('POST', `/safety/members/${part(id)}/warning`, { text });
  deleteMember = (id: string) => this.#send<void>('DELETE', `/safety/members/${part(id)}`);
  memberExportAddress = (id: string) => `${BASE}/safety/members/${part(id)}/export`;
  safetyRules = async () => (await this.#get<{ items: SafetyRule[] }>('/safety/rules')).items;
  addSafetyRule = (body: { kind: string; value: string; note: string }) =>
    this.#send<SafetyRule>('POST', '/safety/rules', body);
  removeSafetyRule = (id: string) => this.#send<void>('DELETE', `/safety/rules/${part(id)}`);
  safetySettings = () => this.#get<SafetySettings>('/safety/settings');
  saveSafetySettings = (body: SafetySettings) => this.#send<SafetySettings>('PUT', '/safety/settings', body);

  unreadable = async () => (await this.#get<{ items: Unreadable[] }>('/unreadable')).items;
  refused = async () => (await this.#get<{ items: Refused[] }>('/refused')).items;

  playbook = () => this.#get<Playbook>('/playbook');
  savePlaybook = (text: string) => this.#send<Playbook>('PUT', '/playbook', { text });

  posts = (query: { limit: number; before?: string | undefined }) => this.#get<Page<Post>>(`/posts${search(query)}`);
  createPost = (body: PostBody) => this.#send<Post>('POST', '/posts', body);
  changePost = (id: string, body: Partial<PostBody>) => this.#send<Post>('PATCH', `/posts/${part(id)}`, body);
  deletePost = (id: string) => this.#send<void>('DELETE', `/posts/${part(id)}`);
  profile = () => this.#get<ProfileView>('/profile');
  saveProfile = (profile: Profile) => this.#send<ProfileView>('PUT', '/profile', profile);

  /** Bring a file to the hub. `onprogress` is told the share that has left, 0 to 1. */
  upload(file: File, onprogress: (share: number) => void, stop: AbortSignal): Promise<Upload> {
    // Only this older way tells how far it is.
    const request = new XMLHttpRequest();
    return new Promise((resolve, reject) => {
      request.open('POST', `${BASE}/uploads${search({ name: file.name })}`);
      if (this.#csrf) request.setRequestHeader('X-CSRF-Token', this.#csrf);
      request.setRequestHeader('Content-Type', 'application/octet-stream');
      request.responseType = 'json';
      request.upload.onprogress = (event) => onprogress(event.total ? event.loaded / event.total : 0);
      request.onload = () =>
        request.status === 201 ? resolve(request.response as Upload) : reject(refusal(request.status, request.response));
      request.onerror = () => reject(new ApiError(0, 'no_answer', t('It did not get through; attach it again.')));
      stop.addEventListener('abort', () => request.abort());
      request.send(file);
    });
  }

  /** For parts of the console that are loaded when they are opened, and bring their own questions. */
  ask<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    return this.#send<Answer>(method, path, body);
  }

  #get<Answer>(path: string): Promise<Answer> {
    return this.#send<Answer>('GET', path);
  }

  async #send<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await this.#fetch(method, path, body);
    if (response.ok) return (await read(response)) as Answer;
    if (response.status === 401 && path !== '/auth/sign-in') this.onSignedOut();
    throw refusal(response.status, await read(response));
  }

  async #fetch(method: string, path: string, body: unknown): Promise<Response> {
    const headers: Record<string, string> = { Accept: 'application/json' };
    if (method !== 'GET' && this.#csrf) headers['X-CSRF-Token'] = this.#csrf;
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    try {
      return await fetch(BASE + path, {
        method,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
        credentials: 'same-origin',
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
    } catch {
      throw new ApiError(0, 'no_answer', t('The hub does not answer. We keep trying.'));
    }
  }

  #keepCsrf(me: Me): Me {
    this.#csrf = me.csrf;
    return me;
  }
}

function draftPath(id: string, draft: Draft): string {
  return `/incidents/${part(id)}/drafts/${draft.stage}/${draft.round}`;
}

async function read(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined;
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}

function refusal(status: number, answer: unknown): ApiError {
  const said = answer as { error?: { code?: string; message?: string; field?: string }; meanwhile?: Message[] } | undefined;
  const error = said?.error;
  const message = error?.message || t('The hub answered with an error ({status}).', { status });
  return new ApiError(status, error?.code ?? '', message, error?.field ?? null, said?.meanwhile);
}

export function part(id: string): string {
  return encodeURIComponent(id);
}

export function search(query: Record<string, string | number | boolean | undefined>): string {
  const filled = Object.entries(query).filter(([, value]) => value !== undefined && value !== '' && value !== false);
  return filled.length ? `?${new URLSearchParams(filled.map(([key, value]) => [key, String(value)]))}` : '';
}
