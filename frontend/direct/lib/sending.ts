// What is on its way out, as it is shown: like the message that it will be.
import type { OutFile, SendOp } from './outbox.ts';
import type { Attachment, Message } from './protocol.ts';

const URLS_MAX = 60;
const urls = new Map<string, string>();

export function asMessage(op: SendOp, myId: string): Message {
  return {
    id: `${myId}:${op.id}`,
    thread: op.thread,
    order: Number.MAX_SAFE_INTEGER,
    author: myId,
    name: '',
    text: op.text,
    at: op.at,
    kind: 'text',
    reply_to: op.replyTo,
    attachments: op.files.map(asAttachment),
    reason: op.reason,
  };
}

function asAttachment(file: OutFile): Attachment {
  if (file.upload) return file.upload;
  const { name, kind, blob } = file;
  const url = kind === 'file' ? '' : urlOf(file);
  return { id: file.key, kind, type: blob.type, name, bytes: blob.size, width: null, height: null, seconds: null, url, thumb: kind === 'picture' ? url : '' };
}

/** An address of a file that is only here yet; those of long ago are given back. */
export function urlOf(file: Pick<OutFile, 'key' | 'blob'>): string {
  const known = urls.get(file.key);
  if (known) return known;
  const url = URL.createObjectURL(file.blob);
  urls.set(file.key, url);
  const [oldest] = urls;
  if (urls.size > URLS_MAX && oldest) {
    URL.revokeObjectURL(oldest[1]);
    urls.delete(oldest[0]);
  }
  return url;
}

export function kindOf(file: Blob): Attachment['kind'] {
  if (/^image\/(?!svg)/u.test(file.type)) return 'picture';
  if (file.type.startsWith('video/')) return 'video';
  return file.type.startsWith('audio/') ? 'voice' : 'file';
}
