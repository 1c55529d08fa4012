// Everything that can be done by its name or its key, for the palette and the keyboard.
import { STANDARD_VIEWS } from '../inbox/views.ts';
import { chooseLanguage, language, LANGUAGES, t } from '../languages/language.ts';
import type { Hub } from './hub.svelte.ts';
import type { PlaceName } from './places.ts';

export interface Command {
  name: string;
  /** What it belongs to, shown beside the name. */
  group: string;
  key?: string;
  run: () => void;
}

/** What can be done now. */
export function commands(hub: Hub, places: PlaceName[]): Command[] {
  return [
    ...(hub.thread && hub.mayWrite ? ofThread(hub) : []),
    { name: t('Search everything'), group: t('Place'), key: '/', run: () => hub.router.go('search') },
    ...STANDARD_VIEWS.map((view) => ({ name: t(view.name), group: t('View'), run: () => show(hub, view.filter) })),
    ...hub.team.views.map((view) => ({ name: view.name, group: t('View'), run: () => show(hub, view.filter) })),
    ...hub.team.labels.map((label) => ({
      name: label.name,
      group: t('Label'),
      run: () => show(hub, { status: 'open' as const, label: label.id }),
    })),
    ...places.map((place) => ({ name: t(place.name), group: t('Place'), run: () => hub.router.go(place.page) })),
    ...(hub.me?.id ? ofAgent(hub) : []),
    { name: t('Sign out'), group: t('Account'), run: () => void hub.signOut() },
    ...ofLanguages(),
  ];
}

function ofThread(hub: Hub): Command[] {
  return [
    { name: t('Write a reply'), group: t('Conversation'), key: 'r', run: () => press('r') },
    { name: t('Write a note'), group: t('Conversation'), key: 'n', run: () => press('n') },
    { name: t('Do something with a message'), group: t('Conversation'), key: 'm', run: messageMenu },
    { name: t('Assign'), group: t('Conversation'), key: 'a', run: () => click('[data-menu="assign"]') },
    { name: t('Take it myself'), group: t('Conversation'), run: () => void take(hub) },
    { name: t('Label'), group: t('Conversation'), key: 'l', run: () => click('[data-menu="label"]') },
    { name: t('Snooze'), group: t('Conversation'), key: 'h', run: () => click('[data-menu="snooze"]') },
    { name: t('Resolve or open again'), group: t('Conversation'), key: 'e', run: () => click('[data-command="resolve"]') },
  ];
}

/** The menu of the message that has the focus, else of the newest. */
function messageMenu(): void {
  const menus = document.querySelectorAll<HTMLElement>('[data-menu="message"]');
  const own = document.activeElement?.closest('[data-testid="message"]')?.querySelector<HTMLElement>('[data-menu="message"]');
  (own ?? menus[menus.length - 1])?.click();
}

function ofAgent(hub: Hub): Command[] {
  const isAway = hub.team.agent(hub.me?.id ?? '')?.away ?? false;
  const name = isAway ? t('Be given conversations again') : t('Be away: be given no conversations');
  return [{ name, group: t('Account'), run: () => void hub.api.setAway(!isAway).then(() => hub.team.changed()) }];
}

/** The other languages, each by its own name. */
function ofLanguages(): Command[] {
  return Object.entries(LANGUAGES)
    .filter(([code]) => code !== language())
    .map(([code, { name }]) => ({ name, group: t('Language'), run: () => void chooseLanguage(code) }));
}

/** The command of a key, where it has one that is not handled by what it belongs to. */
export function runKey(hub: Hub, event: KeyboardEvent): void {
  const command = hub.thread ? ofThread(hub).find((each) => each.key === event.key) : undefined;
  if (!command || event.key === 'r' || event.key === 'n') return;
  event.preventDefault();
  command.run();
}

/** Those whose name has all the words, the ones that begin with them first. */
export function matching(all: Command[], typed: string): Command[] {
  const words = typed.toLowerCase().split(/\s+/u).filter(Boolean);
  const found = all.filter((command) => words.every((word) => `${command.name} ${command.group}`.toLowerCase().includes(word)));
  const first = words[0] ?? '';
  return found.toSorted((one, other) => rank(one, first) - rank(other, first));
}

function rank(command: Command, word: string): number {
  return command.name.toLowerCase().startsWith(word) ? 0 : 1;
}

function show(hub: Hub, filter: Parameters<Hub['conversations']['show']>[0]): void {
  hub.router.go('inbox');
  void hub.conversations.show(filter);
}

async function take(hub: Hub): Promise<void> {
  if (hub.thread) await hub.decisions.decide([hub.thread.id], { assignee: hub.me?.id ?? '' }, t('Yours now'));
}

function click(selector: string): void {
  document.querySelector<HTMLElement>(selector)?.click();
}

function press(key: string): void {
  window.dispatchEvent(new KeyboardEvent('keydown', { key }));
}
