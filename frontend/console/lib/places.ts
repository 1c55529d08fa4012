// The places of the console, in the order in which they are shown. Those of every day stand in the bar.
import type { PageName } from './route.svelte.ts';

export interface PlaceName {
  page: PageName;
  name: string;
  daily?: boolean;
}

export const PLACES: PlaceName[] = [
  { page: 'inbox', name: 'Inbox', daily: true },
  { page: 'incidents', name: 'Incidents', daily: true },
  { page: 'channels', name: 'Channels', daily: true },
  { page: 'public', name: 'Status page' },
  { page: 'publishing', name: 'Page & posts' },
  { page: 'safety', name: 'Safety' },
  { page: 'playbook', name: 'Playbook' },
  { page: 'settings', name: 'Settings' },
  { page: 'unreadable', name: 'Could not read' },
];
