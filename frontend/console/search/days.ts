import { locale, t } from '../languages/language.ts';

/** "3 March 2026", in the reader's zone. */
export function fullDay(at: number | null): string {
  return at ? new Date(at).toLocaleDateString(locale(), { dateStyle: 'long' }) : t('the beginning');
}
