import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askedFor, blankIn, filledIn, offered } from '../console/lib/canned.ts';
import { matching } from '../console/lib/commands.ts';
import { timeline } from '../console/lib/timeline.ts';
import { usualTimes } from '../console/lib/times.ts';
import type { CannedReply, Message, Note, StoryLine } from '../console/lib/types.ts';

const HOURS: CannedReply = { id: '1', shortcut: 'hours', title: 'Opening hours', text: 'Hi {{first_name}}, nine to five.', used: 2 };
const HOW: CannedReply = { id: '2', shortcut: 'how', title: 'How to order', text: 'Like this.', used: 9 };
const KNOWN = { name: 'Ann Lee', agent: 'Mara', business: 'Kelp & Co' };

test('a slash asks for a canned reply only where a word begins', () => {
  assert.equal(askedFor('/ho'), 'ho');
  assert.equal(askedFor('Dear Ann, /'), '');
  assert.equal(askedFor('either/or'), null);
  assert.equal(askedFor('/ho and more'), null);
});

test('what begins so comes first, then what is used most', () => {
  assert.deepEqual(offered([HOURS, HOW], 'ho').map((reply) => reply.id), ['2', '1']);
  assert.deepEqual(offered([HOURS, HOW], 'opening').map((reply) => reply.id), ['1']);
});

test('blanks are filled in, and one that nothing is known for stays in sight', () => {
  assert.equal(filledIn('Good day! /hou', HOURS, KNOWN), 'Good day! Hi Ann, nine to five.');
  const nameless = filledIn('/hours', HOURS, { ...KNOWN, name: '' });
  assert.equal(blankIn(nameless), '{{first_name}}');
  assert.equal(blankIn('all well'), null);
});

test('what one person decides within a minute is told together, in its place among the messages', () => {
  const message = (id: string, at: number) => ({ id, at }) as Message;
  const line = (id: string, at: number, who: string) => ({ id, at, who, kind: 'labelled', detail: '' }) as StoryLine;
  const note = { id: 'n', at: 150_000 } as Note;
  const story = [line('a', 10_000, 'x'), line('b', 20_000, 'x'), line('c', 21_000, 'y'), line('d', 200_000, 'y')];
  const entries = timeline([message('m1', 5_000), message('m2', 100_000)], [note], story, false, false);
  assert.deepEqual(entries.map((entry) => entry.key), ['m1', 'a', 'c', 'm2', 'n', 'd']);
  assert.deepEqual(timeline([message('m2', 100_000)], [note], story, true, false).map((entry) => entry.key), ['m2', 'n', 'd']);
  assert.deepEqual(timeline([message('m1', 5_000), message('m2', 100_000)], [note], story, false, true).map((entry) => entry.key), [
    'm1', 'a', 'c', 'm2',
  ]);
});

test('the usual times lie ahead, the next one first', () => {
  for (const hour of [2, 12, 17.5, 23]) {
    const now = new Date(2026, 2, 2).getTime() + hour * 3_600_000;
    const times = usualTimes(now).map((choice) => choice.at);
    assert.ok(times.every((at) => at > now));
    assert.deepEqual(times, times.toSorted((one, other) => one - other));
  }
});

test('a command is found by any of its words, those that begin with it first', () => {
  const all = ['Open', 'Resolve or open again', 'Snooze'].map((name) => ({ name, group: 'View', run: () => {} }));
  assert.deepEqual(matching(all, 'open').map((command) => command.name), ['Open', 'Resolve or open again']);
  assert.deepEqual(matching(all, 'view sno').map((command) => command.name), ['Snooze']);
});
