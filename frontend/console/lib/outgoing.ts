// A reply between the moment it was written and the hub's word that it is safe.
import type { Attachment, Message, Upload } from './types.ts';

export interface Outgoing {
  key: string;
  text: string;
  files: Upload[];
  channel: string;
  /** The message that it quotes, or an empty text. */
  replyTo: string;
  at: number;
  /** The newest message when it was begun; undefined to send it whatever others said since. */
  seen?: string | undefined;
  /** It is held by the hub for a moment, in which it can be taken back. */
  held: boolean;
  /** How the hub's last answer was, in words; empty while there is nothing to say. */
  trouble: string;
  posting: boolean;
}

/** A reply as it was written. */
export type Written = Pick<Outgoing, 'key' | 'text' | 'files' | 'channel' | 'replyTo' | 'seen' | 'held'>;

/** A reply that was taken back, to be written on. */
export type GivenBack = Pick<Outgoing, 'text' | 'files' | 'channel' | 'replyTo'>;

/** How the reply looks in the thread until the hub has answered. */
export function asMessage(reply: Outgoing, conversation: string, author: string): Message {
  return {
    id: `local-${reply.key}`,
    conversation_id: conversation,
    direction: 'out',
    author: 'agent:',
    author_name: author,
    channel: reply.channel,
    text: reply.text,
    attachments: reply.files.map(asAttachment),
    preview: null,
    at: reply.at,
    stored_at: 0,
    late: false,
    automatic: false,
    source: 'console',
    edited_at: null,
    unsent_at: null,
    reply_to: reply.replyTo || null,
    reactions: [],
    external_id: null,
    state: 'unsent_yet',
    state_reason: reply.trouble,
    deliveries: [],
  };
}

const KINDS = { picture: 'image', video: 'video', voice: 'audio', file: 'file' } as const;

export function asAttachment(file: Upload): Attachment {
  const { name, bytes, width, height, seconds, url, thumb } = file;
  return { kind: KINDS[file.kind], mime: file.type, name, bytes, width, height, seconds, url, thumb };
}
