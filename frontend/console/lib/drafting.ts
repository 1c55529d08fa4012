// What to do when a device compares its draft with the hub's. Pure.

/** What was typed here, and what the hub has as far as this device knows: its text, and since when (0: nothing). */
export interface Kept {
  text: string;
  saved: string;
  at: number;
}

export type Course =
  /** Nothing happened elsewhere; what was typed since is to be kept with the hub. */
  | 'go on'
  /** What the hub has goes into the box; nothing that was typed here is lost by it. */
  | 'take'
  /** Different words here and there: a person chooses. */
  | 'ask'
  /** It was sent or dropped elsewhere, and something was typed here since: that is a draft of its own. */
  | 'begin';

export function course(here: Kept, there: { text: string; at: number } | null): Course {
  if ((there?.at ?? 0) === here.at) return 'go on';
  const isChanged = here.text !== here.saved;
  if (!isChanged) return 'take';
  if (!there) return 'begin';
  return here.text.trim() === '' || here.text === there.text ? 'take' : 'ask';
}
