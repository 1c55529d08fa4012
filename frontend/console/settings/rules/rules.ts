// Rules, what they ask of the hub, and how they are put into words.
import { t, tn } from '../../languages/language.ts';
import type { Api } from '../../lib/api.ts';
import type { Hub } from '../../lib/hub.svelte.ts';
import { channelName } from '../../lib/words.ts';

export interface Conditions {
  channels: string[];
  words: string[];
  hours: 'any' | 'open' | 'closed';
  first: boolean;
  labels: string[];
}

export interface Actions {
  add_labels: string[];
  team: string;
  assignee: string;
  reply: string;
  reply_every_hours: number;
}

export interface NewRule {
  name: string;
  when: Conditions;
  then: Actions;
  enabled: boolean;
  stop: boolean;
}

export interface Rule extends NewRule {
  id: string;
  position: number;
  used: number;
  used_at: number | null;
}

export interface WouldDo {
  rule_id: string;
  name: string;
  then: Actions;
  reply: string;
}

export const BLANK: NewRule = {
  name: '',
  when: { channels: [], words: [], hours: 'any', first: false, labels: [] },
  then: { add_labels: [], team: '', assignee: '', reply: '', reply_every_hours: 24 },
  enabled: true,
  stop: false,
};

const id = encodeURIComponent;

export const rules = async (api: Api) => (await api.ask<{ items: Rule[] }>('GET', '/rules')).items;
export const putRule = (api: Api, rule: string, wanted: NewRule) =>
  rule ? api.ask<Rule>('PUT', `/rules/${id(rule)}`, wanted) : api.ask<Rule>('POST', '/rules', wanted);
export const removeRule = (api: Api, rule: string) => api.ask<void>('DELETE', `/rules/${id(rule)}`);
export const orderRules = async (api: Api, ids: string[]) => (await api.ask<{ items: Rule[] }>('POST', '/rules/order', { ids })).items;
export const tryRules = async (api: Api, text: string, channel: string, first: boolean) =>
  (await api.ask<{ items: WouldDo[] }>('POST', '/rules/try', { text, channel, first })).items;

/** Without what the hub added, as it takes a rule back. */
export function wantedOf({ name, when, then, enabled, stop }: NewRule): NewRule {
  return { name, when, then, enabled, stop };
}

/** What a rule listens for, a line for each condition. */
export function conditionsIn(hub: Hub, when: Conditions): string[] {
  const lines: string[] = [];
  if (when.first) lines.push(t('it is the first message of somebody new'));
  if (when.words.length > 0) lines.push(t('it says one of {words}', { words: when.words.map((word) => `“${word}”`).join(', ') }));
  if (when.channels.length > 0) lines.push(t('it comes by one of {channels}', { channels: when.channels.map((each) => nameOfChannel(hub, each)).join(', ') }));
  if (when.hours !== 'any') lines.push(when.hours === 'open' ? t('you are open') : t('you are closed'));
  if (when.labels.length > 0) lines.push(t('the conversation carries one of {labels}', { labels: namesOf(hub, when.labels) }));
  return lines.length > 0 ? lines : [t('anything arrives')];
}

/** What it does, a line for each action. */
export function actionsIn(hub: Hub, then: Actions): string[] {
  const lines: string[] = [];
  if (then.add_labels.length > 0) lines.push(t('adds {labels}', { labels: namesOf(hub, then.add_labels) }));
  if (then.team) lines.push(t('moves it to {team}', { team: hub.team.teams.find((team) => team.id === then.team)?.name ?? t('a team that is gone') }));
  if (then.assignee) lines.push(t('gives it to {name}', { name: hub.team.nameOf(then.assignee) }));
  if (then.reply) lines.push(tn(then.reply_every_hours, 'answers, once in an hour at most', 'answers, once in {n} hours at most'));
  return lines;
}

function namesOf(hub: Hub, labels: string[]): string {
  return labels.map((each) => `“${hub.team.label(each)?.name ?? t('a label')}”`).join(', ');
}

export function nameOfChannel(hub: Hub, channel: string): string {
  const found = hub.channels.items.find((each) => each.id === channel);
  return found ? channelName(found) : channel;
}
