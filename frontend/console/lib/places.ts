// The places of the console, in the order in which they are shown. Those of every day stand in the bar.
import { msg, type Sentence } from '../languages/language.ts';
import type { PageName } from './route.svelte.ts';

export interface PlaceName {
  page: PageName;
  name: Sentence;
  daily?: boolean;
}

export const PLACES: PlaceName[] = [
  { page: 'inbox', name: msg('Inbox'), daily: true },
  { page: 'search', name: msg('Search'), daily: true },
  { page: 'people', name: msg('People'), daily: true },
  { page: 'incidents', name: msg('Incidents'), daily: true },
  { page: 'channels', name: msg('Channels'), daily: true },
  { page: 'figures', name: msg('Reports|figures') },
  { page: 'public', name: msg('Status page') },
  { page: 'publishing', name: msg('Page & posts') },
  { page: 'safety', name: msg('Safety') },
  { page: 'playbook', name: msg('Playbook') },
  { page: 'settings', name: msg('Settings') },
  { page: 'unreadable', name: msg('Could not read') },
];
