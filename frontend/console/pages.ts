// The pages beside the inbox. Each is fetched when somebody goes there, so that the inbox stays small.
import type { Component } from 'svelte';
import type { PageName } from './lib/route.svelte.ts';

export type Props = Record<string, unknown>;
export type Load = () => Promise<{ default: Component<any> }>;

export const PAGES: Record<Exclude<PageName, 'inbox'>, Load> = {
  search: () => import('./search/SearchPage.svelte'),
  incidents: () => import('./incidents/IncidentsPage.svelte'),
  channels: () => import('./channels/ChannelsPage.svelte'),
  people: () => import('./people/PeoplePage.svelte'),
  figures: () => import('./figures/FiguresPage.svelte'),
  public: () => import('./public/PublicPage.svelte'),
  publishing: () => import('./publishing/PublishingPage.svelte'),
  safety: () => import('./safety/SafetyPage.svelte'),
  settings: () => import('./settings/SettingsPage.svelte'),
  unreadable: () => import('./unreadable/UnreadablePage.svelte'),
  playbook: () => import('./playbook/PlaybookPage.svelte'),
};

/** What an incident is while it goes on, in the inbox. */
export const OUTAGE: Load = () => import('./outage/OutagePane.svelte');

/** A chat's own page, below the channels. */
export const WIDGET: Load = () => import('./widget/WidgetPage.svelte');

/** What leads a fresh hub to its first answer; it shows nothing once that is over. */
export const FIRST_RUN: Load = () => import('./settings/FirstRun.svelte');
