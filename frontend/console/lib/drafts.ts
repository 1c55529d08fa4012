// What was typed but not sent, kept for each conversation while the tab lives.

const PREFIX = 'holdfast.draft.';

export class Drafts {
  #memory = new Map<string, string>();

  get(conversation: string): string {
    const kept = this.#memory.get(conversation);
    if (kept !== undefined) return kept;
    try {
      return sessionStorage.getItem(PREFIX + conversation) ?? '';
    } catch {
      return '';
    }
  }

  keep(conversation: string, text: string): void {
    this.#memory.set(conversation, text);
    try {
      if (text) sessionStorage.setItem(PREFIX + conversation, text);
      else sessionStorage.removeItem(PREFIX + conversation);
    } catch {
      // Storage is blocked or full: memory has it while the page is open.
    }
  }
}
