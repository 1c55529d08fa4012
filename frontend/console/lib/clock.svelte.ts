// The time on the page, moved on each second while the page is seen.
import { SECOND_MS } from '../../shared/time.ts';

export class Clock {
  now = $state(Date.now());

  start(): void {
    setInterval(() => {
      if (!document.hidden) this.now = Date.now();
    }, SECOND_MS);
    document.addEventListener('visibilitychange', () => (this.now = Date.now()));
  }
}
