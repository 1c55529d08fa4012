import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message, Thread } from '../direct/lib/protocol.ts';
import { clock, days, firstNew, initials, isOnlyEmoji, several, sizeWords } from '../direct/lib/rows.ts';
import { gist, mayEdit, readBy, stateOf, withReaction, withWaiting } from '../direct/lib/states.ts';

const ME = 'mem_me';
const MINUTE = 60_000;

function message(order: number, author: string, more: Partial<Message> = {}): Message {
  return { id: `${author}:${order}`, thread: 'thr_1', order, author, name: '', text: 'Hello', at: order * MINUTE, kind: 'text', ...more };
}

function group(...read: number[]): Thread {
  const others = read.map((each, index) => ({ id: `mem_${index}`, name: '', handle: '', picture: '', role: 'member' as const, delivered: each + 1, read: each }));
  const mine = { id: ME, name: '', handle: '', picture: '', role: 'owner' as const, delivered: 0, read: 0 };
  return { id: 'thr_1', kind: 'group', title: '', picture: '', members: [mine, ...others], state: 'open', last: null, unread: 0, pinned: false, muted_until: 0, draft: '', created_at: 0 };
}

test('messages of one author within minutes are one run', () => {
  const [day] = days([message(1, ME), message(2, ME), message(3, 'mem_0'), message(20, 'mem_0')], '');
  assert.deepEqual(day?.rows.map((row) => [row.isFirst, row.isLast]), [[true, false], [false, true], [true, true], [true, true]]);
});

test('the line above what is new stands before the first message of others', () => {
  const all = [message(1, 'mem_0'), message(2, ME), message(3, 'mem_0'), message(4, 'mem_0')];
  const newFrom = firstNew(all, 1, ME);
  assert.equal(newFrom, 'mem_0:3');
  assert.deepEqual(days(all, newFrom)[0]?.rows.map((row) => row.isNewFrom), [false, false, true, false]);
  assert.equal(firstNew(all, 4, ME), '');
});

test('a group has read a message when all have', () => {
  const mine = message(5, ME, { state: 'safe' });
  assert.equal(stateOf(mine, group(5, 6), ME), 'read');
  assert.equal(stateOf(mine, group(5, 4), ME), 'delivered');
  assert.equal(readBy(mine, group(5, 4, 3), ME), 'Read by 1 of 3');
  assert.equal(stateOf(mine, group(1, 1), ME), 'safe');
  assert.equal(stateOf(message(5, ME, { state: 'read' }), group(0), ME), 'read');
  assert.equal(stateOf(message(5, ME, { state: 'refused' }), group(9), ME), 'refused');
});

test('one reaction by each member', () => {
  const liked = withReaction([], ME, '👍');
  assert.deepEqual(withReaction(liked, ME, '❤️'), [{ emoji: '❤️', members: [ME] }]);
  assert.deepEqual(withReaction(liked, ME, ''), []);
  assert.deepEqual(withReaction(liked, 'mem_0', '👍'), [{ emoji: '👍', members: [ME, 'mem_0'] }]);
});

test('what waits is shown as it will be', () => {
  const mine = message(1, ME);
  const ops = [{ n: 1, kind: 'edit' as const, thread: 'thr_1', message: mine.id, text: 'Better', at: 9 }];
  assert.equal(withWaiting(mine, ops, ME).text, 'Better');
  const gone = withWaiting(mine, [...ops, { n: 2, kind: 'unsend' as const, thread: 'thr_1', message: mine.id, at: 9 }], ME);
  assert.deepEqual([gone.unsent, gone.text], [true, '']);
});

test('a message may be changed by its author for a while', () => {
  const mine = message(1, ME);
  assert.equal(mayEdit(mine, ME, MINUTE + 899_000, 900), true);
  assert.equal(mayEdit(mine, ME, MINUTE + 900_000, 900), false);
  assert.equal(mayEdit(message(1, 'mem_0'), ME, MINUTE, 900), false);
});

test('the list tells the last message in one line', () => {
  assert.equal(gist(message(1, ME), ME, false), 'You: Hello');
  assert.equal(gist(message(1, 'business', { name: 'Ann' }), ME, false), 'Ann: Hello');
  assert.equal(gist(message(1, 'mem_0', { unsent: true, text: '' }), ME, false), 'Message withdrawn');
});

test('words for names, sizes and lengths', () => {
  assert.equal(several(['Ann']), 'Ann');
  assert.equal(several(['Ann', 'Bob']), 'Ann and Bob');
  assert.equal(several(['Ann', 'Bob', 'Cleo']), 'Ann, Bob and 1 more');
  assert.deepEqual(['Ann Lee', 'ann', '  ', '(Bob) the Great', '🙂'].map(initials), ['AL', 'A', '·', 'BG', '·']);
  assert.deepEqual([999, 1_500, 2_340_000].map(sizeWords), ['999 bytes', '2 kB', '2.3 MB']);
  assert.deepEqual([0, 61, 3_600].map(clock), ['0:00', '1:01', '60:00']);
});

test('a few emoji alone are shown large', () => {
  for (const text of ['👍', '❤️', '👍🏽', '👩‍👧', '😀 😀 😀']) assert.equal(isOnlyEmoji(text), true, text);
  for (const text of ['👍 yes', '1', '😀😀😀😀', '']) assert.equal(isOnlyEmoji(text), false, text);
});
