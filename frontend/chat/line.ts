// The stream while somebody looks, and what takes its place where a site's policy or a proxy lets none through.
import type { Change, Direct } from './direct.ts';

const SILENCE_MS = 45_000;
const REFUSED = 4401;
const FORGOTTEN = 4410;

export type End = 'closed' | 'refused' | 'forgotten' | 'never';

export interface Taker {
  change(change: Change, cursor: string): void;
  typing(): void;
  there(): void;
}

/** Listen until the line ends, and how it ended: `never` where it was not even opened. */
export function listen(direct: Direct, cursor: string, taker: Taker, stop: AbortSignal): Promise<End> {
  return new Promise((resolve) => {
    let socket: WebSocket;
    let isOpen = false;
    let silence: ReturnType<typeof setTimeout> | undefined;
    const end = (how: End): void => {
      clearTimeout(silence);
      stop.removeEventListener('abort', close);
      resolve(how);
    };
    const close = (): void => socket.close();
    const heard = (): void => {
      clearTimeout(silence);
      silence = setTimeout(close, SILENCE_MS);
    };
    try {
      socket = new WebSocket(direct.streamUrl, 'holdfast.direct.v1');
    } catch {
      // A content policy may forbid it at once.
      resolve('never');
      return;
    }
    stop.addEventListener('abort', close);
    heard();
    socket.onopen = () => socket.send(JSON.stringify({ type: 'hello', token: direct.token, cursor, focus: true }));
    socket.onmessage = (event: MessageEvent<string>) => {
      heard();
      const frame = JSON.parse(event.data) as Change & { cursor?: string };
      if (frame.type === 'welcome') {
        isOpen = true;
        taker.there();
      } else if (frame.type === 'typing') {
        if (frame.thread === direct.thread) taker.typing();
      } else if (frame.cursor) {
        taker.change(frame, frame.cursor);
      }
    };
    // Where a content policy blocks it, a browser may say only this.
    socket.onerror = () => end(isOpen ? 'closed' : 'never');
    socket.onclose = (event) => {
      if (event.code === REFUSED) end('refused');
      else if (event.code === FORGOTTEN) end('forgotten');
      else end(isOpen ? 'closed' : 'never');
    };
  });
}
