// What is said of posts, and times as their fields hold them.
import { t } from '../languages/language.ts';
import type { Post } from '../lib/types.ts';

const PLATFORMS: Record<string, string> = { instagram: 'Instagram', messenger: 'Messenger', telegram: 'Telegram' };

export function stateWords(post: Pick<Post, 'state'>): string {
  return { draft: t('Draft'), scheduled: t('Scheduled'), published: t('Published'), hidden: t('Hidden') }[post.state];
}

export function platformOf(channel: string): string {
  const platform = channel.split(':')[0] ?? '';
  return PLATFORMS[platform] ?? platform;
}

/** As a field of local date and time has it. */
export function fieldTime(at: number | null): string {
  if (at === null) return '';
  const date = new Date(at);
  const local = new Date(at - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** Milliseconds since the epoch, or null where the field is empty. */
export function readTime(text: string): number | null {
  const at = text ? new Date(text).getTime() : Number.NaN;
  return Number.isNaN(at) ? null : at;
}
