// Where in the page somebody is, kept after the # of its address: back and forward work, and the hub need not know.

export type Place =
  | { name: 'list' }
  /** `at` is a message to be shown in it, or "". */
  | { name: 'thread'; id: string; at: string }
  | { name: 'about'; id: string }
  | { name: 'new' }
  | { name: 'settings' }
  | { name: 'search' }
  | { name: 'start' };

/** `home` is the thread that the address itself names: /chat/web opens the one with the business. */
export class Route {
  place = $state.raw<Place>({ name: 'list' });
  readonly #home: string;
  #at = '';

  constructor(home: string) {
    this.#home = home;
    this.place = this.#read();
    addEventListener('hashchange', () => this.#follow());
  }

  /** At once: what is typed next is meant for the place that is gone to. */
  go(hash: string): void {
    if (location.hash !== hash) location.hash = hash;
    this.#follow();
  }

  /** For what took a while: only where nobody has gone elsewhere since, so that no word lands where it was not meant to. */
  goFrom(place: Place, hash: string): void {
    if (this.place === place) this.go(hash);
  }

  #follow(): void {
    if (this.#at !== location.hash) this.place = this.#read();
  }

  #read(): Place {
    this.#at = location.hash;
    const [name = '', id = '', at = ''] = location.hash.replace(/^#\/?/u, '').split('/').map(decode);
    if (name === 't' && id) return { name: 'thread', id, at };
    if (name === 'about' && id) return { name: 'about', id };
    if (name === 'new' || name === 'settings' || name === 'search' || name === 'start' || name === 'list') return { name };
    return this.#home ? { name: 'thread', id: this.#home, at: '' } : { name: 'list' };
  }
}

export const to = {
  list: '#/list',
  thread: (id: string, at = '') => `#/t/${encodeURIComponent(id)}${at ? `/${encodeURIComponent(at)}` : ''}`,
  about: (id: string) => `#/about/${encodeURIComponent(id)}`,
  start: '#/start',
  settings: '#/settings',
  search: '#/search',
  new: '#/new',
};

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
