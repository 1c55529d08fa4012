// One thing that is being saved: under way, refused (and by which field), or safe with the hub.
import { t } from '../languages/language.ts';
import { ApiError, inWords } from './api.ts';

export class Saving {
  busy = $state(false);
  problem = $state('');
  /** The field that the refusal is about; empty where it is about none. */
  field = $state('');
  /** What to say of the last success, until something else is tried. */
  told = $state('');

  /** Whether it worked; what was typed is kept by whoever asked. */
  async run(act: () => Promise<unknown>, told = t('Saved.')): Promise<boolean> {
    this.busy = true;
    this.problem = this.field = this.told = '';
    try {
      await act();
      this.told = told;
      return true;
    } catch (refused) {
      this.problem = inWords(refused);
      this.field = refused instanceof ApiError ? (refused.field ?? '') : '';
      return false;
    } finally {
      this.busy = false;
    }
  }

  /** For `aria-invalid`. */
  isWrong(field: string): true | undefined {
    return this.field === field || undefined;
  }
}
