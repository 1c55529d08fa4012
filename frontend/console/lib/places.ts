// The places of the console, in the order in which they are shown.
import type { PageName } from './route.svelte.ts';

export const PLACES: { page: PageName; name: string }[] = [
  { page: 'inbox', name: 'Inbox' },
  { page: 'incidents', name: 'Incidents' },
  { page: 'channels', name: 'Channels' },
  { page: 'public', name: 'Status page' },
  { page: 'publishing', name: 'Page & posts' },
  { page: 'safety', name: 'Safety' },
  { page: 'playbook', name: 'Playbook' },
  { page: 'unreadable', name: 'Could not read' },
];
