// Every word of the chat that a site may say in its own language: data-word-send="Senden".

export const WORDS = {
  open: 'Chat with {name}',
  unread: '{count} new',
  close: 'Close the chat',
  title: 'Chat',
  greeting: 'Hello! Write to us here.',
  messages: 'Messages',
  message: 'Your message',
  placeholder: 'Write a message',
  send: 'Send',
  start: 'Start the chat',
  skip: 'Write without answering',
  choose: 'Please choose',
  optional: 'optional',
  required: 'This needs an answer.',
  typing: 'Somebody is writing …',
  offline: 'No connection.',
  stuck: 'We cannot store messages just now.',
  kept: 'What you wrote is kept here and goes out by itself.',
  trying: 'We keep trying.',
  status: 'Status',
  waiting: 'Waiting',
  'waiting-why': 'Not sent yet. It goes out by itself when you are connected.',
  safe: 'Safe with us',
  'safe-why': 'It is stored with us and cannot be lost.',
  read: 'Read',
  'read-why': 'One of us has seen it.',
  refused: 'Not possible',
  elsewhere: 'Go on elsewhere',
  'elsewhere-why': 'Go on later on your phone or another computer: we send a code to your email address, and you sign in there with it.',
  confirm: 'Please confirm your address: we have sent a code to {email}.',
  email: 'Your email address',
  'send-code': 'Send me a code',
  code: 'The code from the email',
  'confirm-code': 'Confirm',
  later: 'Later',
  confirmed: 'Thank you. Sign in with {email} on any device at:',
  back: 'Back to the chat',
} as const;

export type Word = keyof typeof WORDS;
export type Say = (word: Word, values?: Record<string, string>) => string;

/** Says words as the script's data-word-… attributes have them, in English otherwise. */
export function speaker(attributes: DOMStringMap): Say {
  return (word, values = {}) => {
    const given = attributes[`word${word.replace(/(?:^|-)[a-z]/gu, (part) => part.replace('-', '').toUpperCase())}`];
    return (given ?? WORDS[word]).replace(/\{(\w+)\}/gu, (_, name: string) => values[name] ?? '');
  };
}
