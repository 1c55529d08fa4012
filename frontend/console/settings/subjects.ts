// What can be set, one place for each subject. What has a page of its own is led to, and what only the configuration
// file says is shown: nothing can be set in two places.
import { msg, type Sentence } from '../languages/language.ts';

export interface Subject {
  id: string;
  name: Sentence;
  /** Sections of the configuration file that belong to it. */
  sections?: string[];
  /** Pages where the rest of it is set. */
  pages?: { href: string; name: Sentence; words: Sentence }[];
  /** What it is about. */
  words?: Sentence;
}

export interface Group {
  name: Sentence;
  subjects: Subject[];
}

export const GROUPS: Group[] = [
  {
    name: msg('Being reached'),
    subjects: [
      { id: 'channels', name: msg('Channels') },
      {
        id: 'chat',
        name: msg('Web chat & portal'),
        words: msg('Our own messaging: the chat on your website, the messenger, and what members may keep and send.'),
        pages: [
          { href: '#/channels/direct%3Aweb', name: msg('The chat on your website'), words: msg('the line to copy, its look, its questions and consent') },
          { href: '#/safety/rules', name: msg('Safety, rules and limits'), words: msg('who and what is kept out') },
        ],
        sections: ['direct', 'push', 'media'],
      },
      {
        id: 'hours',
        name: msg('Opening hours'),
        words: msg('One set of hours counts everywhere: on your page, in the chat, in what is said when you are closed.'),
        pages: [{ href: '#/publishing/profile', name: msg('Profile and hours'), words: msg('hours of the week, special days, name, address and links') }],
      },
    ],
  },
  {
    name: msg('Team'),
    subjects: [
      { id: 'people', name: msg('People') },
      { id: 'teams', name: msg('Teams') },
      { id: 'targets', name: msg('Targets') },
      { id: 'labels', name: msg('Labels') },
      { id: 'canned', name: msg('Canned replies') },
      { id: 'automation', name: msg('Rules') },
    ],
  },
  {
    name: msg('In an outage'),
    subjects: [
      {
        id: 'rules',
        name: msg('Playbook'),
        words: msg('What is answered by itself, what goes another way, and what is told when a channel fails.'),
        pages: [{ href: '#/playbook', name: msg('Playbook'), words: msg('automatic answers, rerouting, publishing; checked before it is saved') }],
        sections: ['playbook', 'outbox', 'radar'],
      },
      {
        id: 'status',
        name: msg('Status page'),
        words: msg('The public page, which stays up when this hub does not.'),
        pages: [{ href: '#/public', name: msg('Status page'), words: msg('maintenance and subscribers') }],
        sections: ['status', 'posts'],
      },
      { id: 'alerts', name: msg('Alerts to the team'), words: msg('Whom to tell of incidents, and outside monitors that tell us.'), sections: ['alerts', 'monitors'] },
    ],
  },
  {
    name: msg('This hub'),
    subjects: [
      { id: 'account', name: msg('Your account') },
      { id: 'tokens', name: msg('API tokens') },
      { id: 'audit', name: msg('Audit log') },
      { id: 'retention', name: msg('Retention'), words: msg('After how long things are forgotten. What people wrote is kept.'), sections: ['retention'] },
      { id: 'hub', name: msg('Hub'), words: msg('Where it is and where it keeps things.'), sections: ['hub'] },
    ],
  },
];

export const SUBJECTS = GROUPS.flatMap((group) => group.subjects);
