// Who is signed in on this device. Read at once when the page opens, so that it can show what it keeps without asking.
import { newId } from '../../shared/ids.ts';
import type { Me } from './protocol.ts';

const NAME = 'holdfast.direct';
const OLDER = 'holdfast.direct.';

/** `key` names what this device keeps of the session; whoever only looks has no token and no name yet. `was`: the guest
 * whom the member was here before. */
export interface Session {
  key: string;
  token: string;
  me: Me | null;
  was?: string;
}

let inMemory: Session | null = null;

export function readSession(channel: string): Session {
  try {
    const session = JSON.parse(localStorage.getItem(NAME) ?? 'null') as Session | null;
    return session ?? inMemory ?? { key: newId(), token: olderToken(channel), me: null };
  } catch {
    return (inMemory ??= { key: newId(), token: '', me: null });
  }
}

/** Whether this device knows of anybody, or of something that nobody in particular has written. */
export function isNewHere(): boolean {
  try {
    return inMemory === null && localStorage.getItem(NAME) === null;
  } catch {
    return false;
  }
}

export function writeSession(session: Session): void {
  inMemory = session;
  try {
    localStorage.setItem(NAME, JSON.stringify(session));
  } catch {
    // Blocked: it holds as long as the page is open.
  }
}

export function dropSession(): void {
  inMemory = null;
  try {
    localStorage.removeItem(NAME);
  } catch {
    // Nothing was kept.
  }
}

// Visitors of the chat page before there were members: their tokens are good still.
function olderToken(channel: string): string {
  const kept = JSON.parse(localStorage.getItem(OLDER + channel) ?? 'null') as { visitor?: { token?: string } } | null;
  localStorage.removeItem(OLDER + channel);
  return kept?.visitor?.token ?? '';
}
