// What the settings ask of the hub.
import type { Api } from '../lib/api.ts';
import type { Agent, CannedReply, Colour, Label, Me, Target, Team } from '../lib/types.ts';

const id = encodeURIComponent;

export type Role = Me['role'];

export interface NewPassword {
  id: string;
  password: string;
}

export const addAgent = (api: Api, body: { email: string; name: string; role: Role }) =>
  api.ask<NewPassword>('POST', '/agents', body);
export const changeAgent = (api: Api, agent: string, body: Partial<Pick<Agent, 'name' | 'role' | 'capacity'>>) =>
  api.ask<void>('PATCH', `/agents/${id(agent)}`, body);
export const removeAgent = (api: Api, agent: string) => api.ask<void>('DELETE', `/agents/${id(agent)}`);
export const newPassword = (api: Api, agent: string) => api.ask<NewPassword>('POST', `/agents/${id(agent)}/password`);
export const changeOwnPassword = (api: Api, current: string, fresh: string) =>
  api.ask<void>('PUT', '/me/password', { current, new: fresh });

export const putTeam = (api: Api, team: Team) => {
  const body = { name: team.name, policy: team.policy, channels: team.channels, agents: team.agents };
  return team.id ? api.ask<Team>('PUT', `/teams/${id(team.id)}`, body) : api.ask<Team>('POST', '/teams', body);
};
export const removeTeam = (api: Api, team: string) => api.ask<void>('DELETE', `/teams/${id(team)}`);

export const putTarget = (api: Api, target: Target) => {
  const { id: target_id, name, channels, label, first_within_ms, next_within_ms, resolved_within_ms, in_hours } = target;
  const body = { name, channels, label, first_within_ms, next_within_ms, resolved_within_ms, in_hours };
  return target_id ? api.ask<Target>('PUT', `/targets/${id(target_id)}`, body) : api.ask<Target>('POST', '/targets', body);
};
export const removeTarget = (api: Api, target: string) => api.ask<void>('DELETE', `/targets/${id(target)}`);
export const orderTargets = (api: Api, ids: string[]) => api.ask<void>('PUT', '/targets/order', { ids });

export const putLabel = (api: Api, label: string, name: string, colour: Colour) =>
  label
    ? api.ask<Label>('PATCH', `/labels/${id(label)}`, { name, colour })
    : api.ask<Label>('POST', '/labels', { name, colour });
export const removeLabel = (api: Api, label: string) => api.ask<void>('DELETE', `/labels/${id(label)}`);

export const putCanned = (api: Api, canned: string, body: Pick<CannedReply, 'shortcut' | 'title' | 'text'>) =>
  canned
    ? api.ask<CannedReply>('PUT', `/canned-replies/${id(canned)}`, body)
    : api.ask<CannedReply>('POST', '/canned-replies', body);
export const removeCanned = (api: Api, canned: string) => api.ask<void>('DELETE', `/canned-replies/${id(canned)}`);

export interface SettingField {
  name: string;
  kind: 'text' | 'number' | 'flag' | 'choice' | 'secret' | 'secrets';
  meaning: string;
  required: boolean;
  default: string | number | boolean | null;
  choices: string[];
}

export interface Platform {
  platform: string;
  title: string;
  /** Who calls its webhook; empty where nobody does. */
  caller: string;
  hook_base: string;
  settings: SettingField[];
}

export type Value = string | number | boolean | null | string[];

export interface KeptSettings {
  source: 'file' | 'console';
  changed_at: number;
  settings: Record<string, Value>;
  /** Names of those that are set; what they are is never told. */
  secrets: string[];
}

/** What a look at a channel found; `setting` names what would mend it. */
export interface Finding {
  capability: string;
  ok: boolean | null;
  detail: string;
  mend: string;
  setting: string;
}

export const platforms = async (api: Api) => (await api.ask<{ items: Platform[] }>('GET', '/platforms')).items;
export const addChannel = (api: Api, channel: string, settings: Record<string, Value>) =>
  api.ask<unknown>('POST', '/channels', { id: channel, settings });
export const channelSettings = (api: Api, channel: string) => api.ask<KeptSettings>('GET', `/channels/${id(channel)}/settings`);
export const changeChannel = (api: Api, channel: string, settings: Record<string, Value>) =>
  api.ask<unknown>('PATCH', `/channels/${id(channel)}`, { settings });
export const removeChannel = (api: Api, channel: string) => api.ask<void>('DELETE', `/channels/${id(channel)}`);
export const subscribeChannel = (api: Api, channel: string) =>
  api.ask<{ subscribed: boolean }>('POST', `/channels/${id(channel)}/subscribe`);
export const lookAtChannel = async (api: Api, channel: string) =>
  (await api.ask<{ results: Finding[] }>('POST', `/channels/${id(channel)}/check`)).results;

export interface Token {
  id: string;
  name: string;
  scopes: string[];
  created_at: number;
  created_by: string;
  expires_at: number | null;
  revoked_at: number | null;
  last_used_at: number;
}

export const tokens = async (api: Api) => (await api.ask<{ items: Token[] }>('GET', '/tokens')).items;
export const addToken = (api: Api, body: { name: string; scopes: string[]; expires_at: number | null }) =>
  api.ask<{ id: string; token: string }>('POST', '/tokens', body);
export const revokeToken = (api: Api, token: string) => api.ask<void>('DELETE', `/tokens/${id(token)}`);

export interface AuditEntry {
  id: string;
  at: number;
  who: string;
  who_name: string;
  action: string;
  subject: string;
  subject_name: string;
  detail: string;
}

export interface TrailFilter {
  who: string;
  action: string;
  since: string;
  until: string;
}

function search(filter: TrailFilter, more: Record<string, string> = {}): string {
  const values = { who: filter.who, action: filter.action, since: moment(filter.since, 0), until: moment(filter.until, 1), ...more };
  const filled = Object.entries(values).filter(([, value]) => value !== '');
  return filled.length ? `?${new URLSearchParams(filled)}` : '';
}

/** The beginning of a day, or of that after it, as this reader's clock has it. */
function moment(day: string, later: number): string {
  if (!day) return '';
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return String(new Date(year, month - 1, date + later).getTime());
}

export const auditTrail = (api: Api, filter: TrailFilter, before: string) =>
  api.ask<{ items: AuditEntry[]; next: string | null }>('GET', `/audit${search(filter, { limit: '50', before })}`);
export const auditTableAddress = (filter: TrailFilter) => `/api/v1/audit.csv${search(filter)}`;

export interface ShownSetting {
  name: string;
  meaning: string;
  value: unknown;
  default: unknown;
  is_set: boolean;
  is_secret: boolean;
}

export const shownSettings = async (api: Api) =>
  (await api.ask<{ items: { name: string; settings: ShownSetting[] }[] }>('GET', '/settings')).items;
export const testAlerts = async (api: Api) =>
  (await api.ask<{ items: { number: number; problem: string }[] }>('POST', '/alerts/test')).items;

export interface FirstRun {
  over: boolean;
  channel: boolean;
  arrived: boolean;
  answered: boolean;
  conversation: string | null;
}

export const firstRun = (api: Api) => api.ask<FirstRun>('GET', '/first-run');
export const endFirstRun = (api: Api) => api.ask<void>('PUT', '/first-run', { over: true });
