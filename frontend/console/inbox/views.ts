// The views that every inbox has, and how any view is called.
import { msg, type Sentence, t } from '../languages/language.ts';
import type { Team } from '../lib/team.svelte.ts';
import type { Counts, ViewFilter } from '../lib/types.ts';

export interface StandardView {
  name: Sentence;
  filter: ViewFilter;
  count?: keyof Counts;
  /** Only where something is promised. */
  ofTargets?: true;
}

export const STANDARD_VIEWS: StandardView[] = [
  { name: msg('Open'), filter: { status: 'open' } },
  { name: msg('Waiting for an answer'), filter: { status: 'open', waiting: true }, count: 'waiting' },
  { name: msg('Due soon'), filter: { status: 'open', due: 'soon' }, count: 'due_soon', ofTargets: true },
  { name: msg('Overdue'), filter: { status: 'open', due: 'overdue' }, count: 'overdue', ofTargets: true },
  { name: msg('Mine'), filter: { status: 'open', assignee: 'me' }, count: 'mine' },
  { name: msg('Unassigned'), filter: { status: 'open', assignee: 'nobody' }, count: 'unassigned' },
  { name: msg('Mentions'), filter: { status: 'all', mentioned: 'me' }, count: 'mentions' },
  { name: msg('Snoozed'), filter: { status: 'snoozed' } },
  { name: msg('Resolved'), filter: { status: 'resolved' } },
  { name: msg('All'), filter: { status: 'all' } },
];

const PARTS = ['assignee', 'team', 'label', 'channel', 'mentioned', 'due'] as const;

export function isSameView(one: ViewFilter, other: ViewFilter): boolean {
  if (one.status !== other.status || Boolean(one.waiting) !== Boolean(other.waiting)) return false;
  return PARTS.every((name) => (one[name] ?? '') === (other[name] ?? ''));
}

export function viewName(filter: ViewFilter, team: Team): string {
  const standard = STANDARD_VIEWS.find((view) => isSameView(view.filter, filter));
  const saved = team.views.find((view) => isSameView(view.filter, filter));
  const label = filter.label ? team.label(filter.label)?.name : undefined;
  const group = team.teams.find((each) => each.id === filter.team)?.name;
  return (standard && t(standard.name)) ?? saved?.name ?? label ?? group ?? filter.channel ?? t('This view');
}
