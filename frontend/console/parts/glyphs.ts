// The shapes that states are known by, drawn in a square of 16. "dot" parts are filled, "line" parts are stroked.

export interface Shape {
  line?: string;
  fill?: string;
}

export const GLYPHS: Record<string, Shape> = {
  up: { fill: 'M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 0 0 0-13Zm3.3 4.7-4 5-2.6-2.4 1-1.1 1.5 1.3 3-3.7Z' },
  suspected: { line: 'M8 1.8 14.2 8 8 14.2 1.8 8Z M8 5v3.6 M8 10.9v.1' },
  down: { fill: 'M8 1.2 15.4 14H.6Zm-.8 4.6v4h1.6v-4Zm0 5.2v1.6h1.6V11Z' },
  partial: { line: 'M8 2.2 14.4 13.3H1.6Z M8 6.4v3.2 M8 11.4v.1' },
  recovering: { line: 'M13.5 8a5.5 5.5 0 1 1-1.9-4.2 M13.6 1.6v3.2h-3.2' },
  unknown: { line: 'M8 2a6 6 0 0 1 3.6 1.2 M13.6 6a6 6 0 0 1 0 4 M11.6 12.8a6 6 0 0 1-7.2 0 M2.4 10a6 6 0 0 1 0-4 M4.4 3.2A6 6 0 0 1 8 2' },
  attach: { line: 'M13 7.4 7.9 12.5a3.2 3.2 0 0 1-4.6-4.6l5.3-5.2a2.1 2.1 0 0 1 3 3L6.5 10.9a1 1 0 0 1-1.5-1.5L9.6 4.9' },
  unsent_yet: { line: 'M8 2a6 6 0 0 1 3.6 1.2 M13.6 6a6 6 0 0 1 0 4 M11.6 12.8a6 6 0 0 1-7.2 0 M2.4 10a6 6 0 0 1 0-4 M4.4 3.2A6 6 0 0 1 8 2' },
  waiting: { line: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2Z M8 4.8V8l2.3 1.6' },
  sending: { line: 'M8 13V3.5 M4 7.2 8 3.2l4 4' },
  held: { line: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8Z M6.4 5.8v4.4 M9.6 5.8v4.4' },
  rerouted: { line: 'M2 12.5h2.5c3.5 0 3-8 6.5-8h2.6 M11 1.8l2.8 2.7L11 7.2' },
  in_doubt: { line: 'M5.2 6a2.8 2.8 0 1 1 4.2 2.4c-.9.5-1.4 1-1.4 2 M8 12.8v.2' },
  sent: { line: 'M3 8.6 6.4 12 13 4.4' },
  delivered: { line: 'M1.2 8.8 4.4 12l6-7 M7.4 11.6l.6.5 6.4-7.3' },
  read: { line: 'M1 8s2.6-4.4 7-4.4S15 8 15 8s-2.6 4.4-7 4.4S1 8 1 8Z', fill: 'M8 5.8a2.2 2.2 0 1 0 0 4.4a2.2 2.2 0 0 0 0-4.4Z' },
  failed: { line: 'M3.6 3.6l8.8 8.8 M12.4 3.6l-8.8 8.8' },
  expired: { line: 'M4 2h8 M4 14h8 M5 2c0 4 6 4 6 12 M11 2c0 4-6 4-6 12' },
  cancelled: { line: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2Z M4 12 12 4' },
  superseded: { line: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2Z M4.8 8h6.4' },
  received: { line: 'M8 2.5v8 M4.4 7.2 8 10.8l3.6-3.6 M3 13.5h10' },
  automatic: { line: 'M3.5 5.5h9v7h-9Z M8 5.5V2.8 M6 8.6v1 M10 8.6v1' },
  late: { line: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2Z M8 8V4.6 M8 8H5' },
  read_back: { line: 'M3 3v4h4 M3.4 7A5.2 5.2 0 1 1 4 11' },
  window: { line: 'M2.5 14V2.5h11V14 M2 14h12 M8 2.5V14' },
  search: { line: 'M7 2.2a4.8 4.8 0 1 0 0 9.6a4.8 4.8 0 0 0 0-9.6Z M10.6 10.6 14 14' },
  forward: { line: 'M6.2 3 11.2 8l-5 5' },
  back: { line: 'M9.8 3 4.8 8l5 5' },
  close: { line: 'M3.6 3.6l8.8 8.8 M12.4 3.6l-8.8 8.8' },
  label: { line: 'M2.5 2.5h5.2l5.8 5.8-5.2 5.2-5.8-5.8Z M5.3 5.2v.1' },
  snooze: { line: 'M12.9 9.8A5.6 5.6 0 0 1 6.2 3.1a5.6 5.6 0 1 0 6.7 6.7Z' },
  note: { line: 'M3 2.5h10v7.2L9.7 13H3Z M9.5 13V9.5H13' },
  undo: { line: 'M3 6.5h6.5a3.6 3.6 0 0 1 0 7.2H6 M6 3 2.8 6.5 6 10' },
  sort: { line: 'M4.5 3v10 M2 10.5 4.5 13 7 10.5 M9 4h5 M9 8h3.6 M9 12h2' },
  canned: { line: 'M2.5 3h11v8H8l-3 2.6V11H2.5Z M5 6h6 M5 8.4h4' },
  more: { line: 'M3.4 8v.1 M8 8v.1 M12.6 8v.1' },
  quote: { line: 'M13.5 13v-2.4A3.6 3.6 0 0 0 9.9 7H3 M6.2 3.6 2.8 7l3.4 3.4' },
  menu: { line: 'M2.5 4h11 M2.5 8h11 M2.5 12h11' },
  person: { line: 'M8 2.2a2.8 2.8 0 1 0 0 5.6a2.8 2.8 0 0 0 0-5.6Z M2.6 14c.5-3 2.6-4.4 5.4-4.4s4.9 1.4 5.4 4.4' },
};

/** Those that point along the line of reading, and so the other way where people read from right to left. */
export const TURNING = new Set(['back', 'forward', 'undo', 'rerouted', 'quote']);
