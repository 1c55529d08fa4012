// What can be set, one place for each subject. What has a page of its own is led to; nothing can be set twice.
export interface Subject {
  id: string;
  name: string;
  /** Where it is set, when not here. */
  href?: string;
}

export interface Group {
  name: string;
  subjects: Subject[];
}

export const GROUPS: Group[] = [
  { name: 'Being reached', subjects: [{ id: 'channels', name: 'Channels' }] },
  {
    name: 'Team',
    subjects: [
      { id: 'people', name: 'People' },
      { id: 'teams', name: 'Teams' },
      { id: 'labels', name: 'Labels' },
      { id: 'canned', name: 'Canned replies' },
      { id: 'account', name: 'Your account' },
    ],
  },
];

export const SUBJECTS = GROUPS.flatMap((group) => group.subjects);
