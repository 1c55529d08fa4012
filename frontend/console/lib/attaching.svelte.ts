// Files on their way to the hub, before the reply that they belong to.
import { newId } from '../../shared/ids.ts';
import { type Api, inWords } from './api.ts';
import type { Upload } from './types.ts';

export const FILES_MAX = 10;

export interface Attaching {
  key: string;
  name: string;
  bytes: number;
  /** 0 to 1 of what has left this machine. */
  progress: number;
  trouble: string;
  upload: Upload | null;
}

export class Attachings {
  items = $state<Attaching[]>([]);
  #api: Api;
  #stops = new Map<string, AbortController>();

  constructor(api: Api) {
    this.#api = api;
  }

  get isBusy(): boolean {
    return this.items.some((item) => item.upload === null && item.trouble === '');
  }

  get uploads(): Upload[] {
    return this.items.flatMap((item) => item.upload ?? []);
  }

  /** Take files in; beyond what one message takes they are left out. */
  async add(files: Iterable<File>): Promise<void> {
    const taken = [...files].slice(0, FILES_MAX - this.items.length);
    await Promise.all(taken.map((file) => this.#bring(file)));
  }

  remove(key: string): void {
    this.#stops.get(key)?.abort();
    this.items = this.items.filter((item) => item.key !== key);
  }

  /** Those of a reply that was taken back stand before what was attached since. */
  giveBack(uploads: Upload[]): void {
    const since = this.items;
    this.replace(uploads);
    this.items = [...this.items, ...since];
  }

  /** They belong to a reply now, or to one that was refused and given back. */
  replace(uploads: Upload[]): void {
    this.items = uploads.map((upload) => ({
      key: upload.id, name: upload.name, bytes: upload.bytes, progress: 1, trouble: '', upload,
    }));
  }

  async #bring(file: File): Promise<void> {
    const key = newId();
    const stop = new AbortController();
    this.#stops.set(key, stop);
    this.items = [...this.items, { key, name: file.name, bytes: file.size, progress: 0, trouble: '', upload: null }];
    try {
      const upload = await this.#api.upload(file, (progress) => this.#change(key, { progress }), stop.signal);
      this.#change(key, { upload, name: upload.name, bytes: upload.bytes, progress: 1 });
    } catch (problem) {
      this.#change(key, { trouble: inWords(problem) });
    } finally {
      this.#stops.delete(key);
    }
  }

  #change(key: string, change: Partial<Attaching>): void {
    this.items = this.items.map((item) => (item.key === key ? { ...item, ...change } : item));
  }
}
