// What narrows a search down, in the words of the hub. See docs/inbox.md.
export const FILTERS = ['from:', 'channel:', 'label:', 'assignee:', 'team:', 'is:', 'has:', 'in:', 'after:', 'before:', 'on:'];

export function ofChannel(id: string): string {
  return FILTERS[1] + id;
}
