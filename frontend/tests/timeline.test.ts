import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inDays, timeline } from '../console/lib/timeline.ts';
import type { Message } from '../console/lib/types.ts';

const NOON = new Date(2026, 10, 28, 12).getTime();
const HOUR = 3_600_000;
const said = (id: string, hours: number) => ({ id, at: NOON + hours * HOUR }) as Message;
const rows = (messages: Message[], newFrom: string, hasOlder: boolean) =>
  inDays(timeline(messages, [], [], hasOlder, false), newFrom, hasOlder).map((row) => row.key);

test('a line stands where a day begins, and one before what is new', () => {
  const messages = [said('a', 0), said('b', 3), said('c', 20), said('d', 21), said('e', 48)];
  assert.deepEqual(rows(messages, 'd', false), ['day-begin', 'a', 'b', 'day-b', 'c', 'new', 'd', 'day-d', 'e']);
});

test('older messages change no line that is there', () => {
  const before = rows([said('c', 20), said('d', 21), said('e', 48)], '', true);
  assert.deepEqual(before, ['c', 'd', 'day-d', 'e']);
  assert.deepEqual(rows([said('a', 0), said('b', 19), said('c', 20), said('d', 21), said('e', 48)], '', true).slice(-4), before);
});

test('the night in which clocks change is one day', () => {
  const day = new Date(2026, 9, 25).getTime();
  const messages = [0, 12, 23].map((hours) => said(`h${hours}`, (day - NOON) / HOUR + hours));
  assert.deepEqual(rows(messages, '', false), ['day-begin', 'h0', 'h12', 'h23']);
});
