// How much of a channel's limit a text takes, counted as the channel counts.

/** Counts bytes of UTF-8 for "bytes", otherwise what a reader would call characters. */
export function lengthIn(unit: string, text: string): number {
  return unit === 'bytes' ? new TextEncoder().encode(text).length : [...text].length;
}

/** In how many messages a text would arrive; 1 when the channel names no limit. */
export function partsOf(length: number, max: number): number {
  return max > 0 ? Math.max(1, Math.ceil(length / max)) : 1;
}
