// What can be set, one place for each subject. What has a page of its own is led to, and what only the configuration
// file says is shown: nothing can be set in two places.
export interface Subject {
  id: string;
  name: string;
  /** Sections of the configuration file that belong to it. */
  sections?: string[];
  /** Pages where the rest of it is set. */
  pages?: { href: string; name: string; words: string }[];
  /** What it is about. */
  words?: string;
}

export interface Group {
  name: string;
  subjects: Subject[];
}

export const GROUPS: Group[] = [
  {
    name: 'Being reached',
    subjects: [
      { id: 'channels', name: 'Channels' },
      {
        id: 'chat',
        name: 'Web chat & portal',
        words: 'Our own messaging: the chat on your website, the messenger, and what members may keep and send.',
        pages: [
          { href: '#/channels/direct%3Aweb', name: 'The chat on your website', words: 'the line to copy, its look, its questions and consent' },
          { href: '#/safety/rules', name: 'Safety, rules and limits', words: 'who and what is kept out' },
        ],
        sections: ['direct', 'push', 'media'],
      },
      {
        id: 'hours',
        name: 'Opening hours',
        words: 'One set of hours counts everywhere: on your page, in the chat, in what is said when you are closed.',
        pages: [{ href: '#/publishing/profile', name: 'Profile and hours', words: 'hours of the week, special days, name, address and links' }],
      },
    ],
  },
  {
    name: 'Team',
    subjects: [
      { id: 'people', name: 'People' },
      { id: 'teams', name: 'Teams' },
      { id: 'labels', name: 'Labels' },
      { id: 'canned', name: 'Canned replies' },
    ],
  },
  {
    name: 'In an outage',
    subjects: [
      {
        id: 'rules',
        name: 'Rules & playbook',
        words: 'What is answered by itself, what goes another way, and what is told when a channel fails.',
        pages: [{ href: '#/playbook', name: 'Playbook', words: 'automatic answers, rerouting, publishing; checked before it is saved' }],
        sections: ['playbook', 'outbox', 'radar'],
      },
      {
        id: 'status',
        name: 'Status page',
        words: 'The public page, which stays up when this hub does not.',
        pages: [{ href: '#/public', name: 'Status page', words: 'maintenance and subscribers' }],
        sections: ['status', 'posts'],
      },
      { id: 'alerts', name: 'Alerts to the team', words: 'Whom to tell of incidents, and outside monitors that tell us.', sections: ['alerts', 'monitors'] },
    ],
  },
  {
    name: 'This hub',
    subjects: [
      { id: 'account', name: 'Your account' },
      { id: 'tokens', name: 'API tokens' },
      { id: 'audit', name: 'Audit log' },
      { id: 'retention', name: 'Retention', words: 'After how long things are forgotten. What people wrote is kept.', sections: ['retention'] },
      { id: 'hub', name: 'Hub', words: 'Where it is and where it keeps things.', sections: ['hub'] },
    ],
  },
];

export const SUBJECTS = GROUPS.flatMap((group) => group.subjects);
