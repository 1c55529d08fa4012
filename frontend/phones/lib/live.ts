// Tells the page what changes in the simulated world. After a break everything is read anew.
import { retryAfter } from '../../shared/backoff.ts';
import type { Change } from './types.ts';

export interface LiveListener {
  onChange(change: Change): void;
  onConnection(isLive: boolean): void;
}

export function watch(address: string, listener: LiveListener): void {
  let failures = 0;
  const connect = () => {
    const socket = new WebSocket(address);
    socket.onopen = () => {
      failures = 0;
      listener.onConnection(true);
    };
    socket.onmessage = (frame) => listener.onChange(JSON.parse(String(frame.data)) as Change);
    socket.onclose = () => {
      listener.onConnection(false);
      setTimeout(connect, retryAfter(failures++, Math.random()));
    };
  };
  connect();
}
