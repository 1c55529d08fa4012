// Drawings in a square of 16; "fill" parts are filled, "line" parts are stroked. States have the shapes of the console's.

export interface Shape {
  line?: string;
  fill?: string;
}

export const GLYPHS = {
  waiting: { line: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2Z M8 4.8V8l2.3 1.6' },
  safe: { line: 'M3 8.6 6.4 12 13 4.4' },
  delivered: { line: 'M1.2 8.8 4.4 12l6-7 M7.4 11.6l.6.5 6.4-7.3' },
  read: { line: 'M1 8s2.6-4.4 7-4.4S15 8 15 8s-2.6 4.4-7 4.4S1 8 1 8Z', fill: 'M8 5.8a2.2 2.2 0 1 0 0 4.4a2.2 2.2 0 0 0 0-4.4Z' },
  refused: { line: 'M3.6 3.6l8.8 8.8 M12.4 3.6l-8.8 8.8' },
  close: { line: 'M3.6 3.6l8.8 8.8 M12.4 3.6l-8.8 8.8' },
  back: { line: 'M9.8 3 4.8 8l5 5' },
  next: { line: 'M6.2 3l5 5-5 5' },
  down: { line: 'M3 6l5 5 5-5' },
  search: { line: 'M7 2.2a4.8 4.8 0 1 0 0 9.6a4.8 4.8 0 0 0 0-9.6Z M10.6 10.6 14 14' },
  write: { line: 'M13.5 8.5v5h-11v-11h5 M6 10l.6-2.4 6-6 1.8 1.8-6 6Z' },
  gear: { line: 'M8 5.6a2.4 2.4 0 1 0 0 4.8a2.4 2.4 0 0 0 0-4.8Z M8 1.5v2 M8 12.5v2 M1.5 8h2 M12.5 8h2 M3.4 3.4l1.4 1.4 M11.2 11.2l1.4 1.4 M3.4 12.6l1.4-1.4 M11.2 4.8l1.4-1.4' },
  clip: { line: 'M13.5 7.4 8 12.9a3.3 3.3 0 0 1-4.7-4.7l5.9-5.9a2.2 2.2 0 0 1 3.1 3.1l-5.8 5.8a1 1 0 0 1-1.5-1.5L10 4.8' },
  smile: { line: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8Z M5.2 9.4c.6 1.2 1.6 1.8 2.8 1.8s2.2-.6 2.8-1.8 M6 6v.6 M10 6v.6' },
  microphone: { line: 'M8 1.8a2 2 0 0 0-2 2V8a2 2 0 0 0 4 0V3.8a2 2 0 0 0-2-2Z M3.6 7.6a4.4 4.4 0 0 0 8.8 0 M8 12v2.4' },
  send: { fill: 'M2 2.2 14.6 8 2 13.8l1.2-4.6L9 8 3.2 6.8Z' },
  stop: { fill: 'M4 4h8v8H4Z' },
  play: { fill: 'M4.5 2.5 13 8l-8.5 5.5Z' },
  pause: { fill: 'M4 3h3v10H4Z M9 3h3v10H9Z' },
  more: { fill: 'M8 2.6a1.3 1.3 0 1 0 0 2.6a1.3 1.3 0 0 0 0-2.6Z M8 6.7a1.3 1.3 0 1 0 0 2.6a1.3 1.3 0 0 0 0-2.6Z M8 10.8a1.3 1.3 0 1 0 0 2.6a1.3 1.3 0 0 0 0-2.6Z' },
  reply: { line: 'M6.4 3 2.2 7.2l4.2 4.2 M2.4 7.2h6.4c3 0 4.8 1.8 4.8 5.4' },
  pin: { line: 'M5 2h6 M6 2v4.4L3.8 9.4h8.4L10 6.4V2 M8 9.4V14' },
  muted: { line: 'M2.5 6v4h2.4L8.2 13V3L4.9 6Z M10.8 6.2l3.4 3.6 M14.2 6.2l-3.4 3.6' },
  file: { line: 'M4 1.8h5.4L12.6 5v9.2H4Z M9.2 2v3.2h3.2' },
  save: { line: 'M8 2v8 M4.6 7 8 10.4 11.4 7 M2.8 13.6h10.4' },
  person: { line: 'M8 2.2a2.8 2.8 0 1 0 0 5.6a2.8 2.8 0 0 0 0-5.6Z M2.6 14c.5-3 2.6-4.4 5.4-4.4s4.9 1.4 5.4 4.4' },
  people: { line: 'M6 3a2.3 2.3 0 1 0 0 4.6A2.3 2.3 0 0 0 6 3Z M1.6 13.2c.3-2.6 2-3.8 4.4-3.8s4.1 1.2 4.4 3.8 M10.4 3.3a2.3 2.3 0 0 1 0 4 M12 9.8c1.4.5 2.2 1.6 2.4 3.4' },
  key: { line: 'M5.4 6.2a3 3 0 1 0 0 6a3 3 0 0 0 0-6Z M7.6 7.2 13.4 1.8 M11.2 4l1.8 1.8' },
  info: { line: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8Z M8 7.2v4 M8 4.8v.2' },
  warning: { line: 'M8 2.2 14.4 13.3H1.6Z M8 6.4v3.2 M8 11.4v.1' },
  cloud: { line: 'M4.4 12.6a3 3 0 0 1-.2-6 4 4 0 0 1 7.6-.4 3.2 3.2 0 0 1 0 6.4Z' },
  away: { line: 'M2 2l12 12 M5 6a6 6 0 0 0-1.8 1.2 M8 12.4v.1 M5.8 9.8a3 3 0 0 1 3-.8 M12.8 7.2A6.6 6.6 0 0 0 8 5.2' },
} satisfies Record<string, Shape>;

export type GlyphName = keyof typeof GLYPHS;
