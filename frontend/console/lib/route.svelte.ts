// Which page is open, from the part of the address after '#'.

export type PageName = 'inbox' | 'search' | 'incidents' | 'channels' | 'public' | 'unreadable' | 'playbook' | 'publishing' | 'safety' | 'settings' | 'people' | 'figures';

export interface Place {
  page: PageName;
  id: string | null;
  /** What of it, such as `post-mortem`. */
  part: string | null;
}

const PAGES: readonly PageName[] = ['inbox', 'search', 'incidents', 'channels', 'public', 'unreadable', 'playbook', 'publishing', 'safety', 'settings', 'people', 'figures'];

export function readPlace(hash: string): Place {
  const [page = '', id = '', part = ''] = hash.replace(/^#\/?/u, '').split('/');
  const known = PAGES.find((name) => name === page) ?? 'inbox';
  return { page: known, id: id ? decoded(id) : null, part: part || null };
}

export function addressOf(page: PageName, id?: string | null, part?: string): string {
  const address = id ? `#/${page}/${encodeURIComponent(id)}` : `#/${page}`;
  return part ? `${address}/${part}` : address;
}

export class Router {
  place = $state<Place>(readPlace(location.hash));

  start(): void {
    window.addEventListener('hashchange', () => {
      this.place = readPlace(location.hash);
    });
  }

  go(page: PageName, id?: string | null): void {
    location.hash = addressOf(page, id);
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
