import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applied, listed, merged } from '../direct/lib/changes.ts';
import type { Change, Message, Thread } from '../direct/lib/protocol.ts';

const ME = 'mem_me';
const ANN = 'mem_ann';

function message(order: number, author = ANN, more: Partial<Message> = {}): Message {
  return { id: `${author}:${order}`, thread: 'thr_1', order, author, name: '', text: `Number ${order}`, at: order * 1_000, kind: 'text', ...more };
}

function thread(more: Partial<Thread> = {}): Thread {
  const person = (id: string) => ({ id, name: id, handle: '', picture: '', role: 'member' as const, delivered: 0, read: 0 });
  const none = { title: '', picture: '', state: 'open' as const, last: null, unread: 0, pinned: false, muted_until: 0, draft: '', created_at: 1 };
  return { id: 'thr_1', kind: 'pair', members: [person(ME), person(ANN)], ...none, ...more };
}

const said = (each: Message): Change => ({ type: 'message', thread: each.thread, message: each });
const after = (changes: Change[], from = thread()) => applied(new Map([[from.id, from]]), changes, ME);

test('what others write is unread until it is read, and counted once however often it comes', () => {
  const once = after([said(message(1)), said(message(2))]);
  assert.equal(once.threads.get('thr_1')?.unread, 2);
  const again = applied(once.threads, [said(message(2)), said(message(1))], ME);
  assert.equal(again.threads.get('thr_1')?.unread, 2);
  assert.equal(again.threads.get('thr_1')?.last?.order, 2);
  const read = applied(again.threads, [{ type: 'receipt', thread: 'thr_1', member: ME, delivered: 2, read: 2 }], ME);
  assert.equal(read.threads.get('thr_1')?.unread, 0);
});

test('events, what was withdrawn and what oneself wrote are not unread', () => {
  const result = after([said(message(1, ANN, { kind: 'event' })), said(message(2, ANN, { unsent: true, text: '' }))]);
  assert.equal(result.threads.get('thr_1')?.unread, 0);
  assert.equal(after([said(message(1)), said(message(2, ME))]).threads.get('thr_1')?.unread, 0);
});

test('a message that changed stands in the list as it is now', () => {
  const first = after([said(message(3))]);
  const changed = applied(first.threads, [said(message(3, ANN, { text: 'Better' }))], ME);
  assert.equal(changed.threads.get('thr_1')?.last?.text, 'Better');
  assert.equal(changed.threads.get('thr_1')?.unread, 1);
});

test('receipts only move forward, and reading is receiving', () => {
  const result = after([
    { type: 'receipt', thread: 'thr_1', member: ANN, delivered: 5, read: 4 },
    { type: 'receipt', thread: 'thr_1', member: ANN, delivered: 2, read: 1 },
    { type: 'receipt', thread: 'thr_1', member: ANN, delivered: 0, read: 7 },
  ]);
  const ann = result.threads.get('thr_1')?.members.find((each) => each.id === ANN);
  assert.deepEqual([ann?.delivered, ann?.read], [7, 7]);
});

test('a message of a thread that nobody told of asks for the thread', () => {
  const result = after([said({ ...message(1), thread: 'thr_2' })]);
  assert.deepEqual([...result.unknown], ['thr_2']);
  const told = after([said({ ...message(1), thread: 'thr_2' }), { type: 'thread', thread: thread({ id: 'thr_2' }) }]);
  assert.equal(told.unknown.size, 0);
});

test('a thread that is gone is gone', () => {
  const result = after([said(message(1)), { type: 'gone', thread: 'thr_1' }]);
  assert.equal(result.threads.size, 0);
  assert.deepEqual(result.gone, ['thr_1']);
});

test('messages stand in order whatever the order in which they come', () => {
  const all = [1, 2, 3, 4, 5, 6].map((order) => message(order));
  const [one, two, three, four, five, six] = all as [Message, Message, Message, Message, Message, Message];
  assert.deepEqual(merged(merged(merged([], [three, four]), [six, five]), [two, one, four]), all);
  assert.equal(merged(all, [{ ...three, text: 'New' }])[2]?.text, 'New');
});

test('pinned threads stand first, then the latest', () => {
  const ids = listed([
    thread({ id: 'a', created_at: 10 }),
    thread({ id: 'b', created_at: 5, pinned: true }),
    thread({ id: 'c', last: message(60) }),
  ]).map((each) => each.id);
  assert.deepEqual(ids, ['b', 'c', 'a']);
});

test('a thread of which other things were said earlier is told apart from one that only changed', () => {
  const shop = thread({ kind: 'business', history: 'a' });
  const changed = (more: Partial<Thread>) => [...after([{ type: 'thread', thread: { ...shop, ...more } }], shop).rewritten];
  assert.deepEqual(changed({ pinned: true }), []);
  assert.deepEqual(changed({ history: 'b' }), ['thr_1']);
  assert.deepEqual(changed({ history: '' }), ['thr_1']);
  assert.deepEqual([...applied(new Map(), [{ type: 'thread', thread: thread() }], ME).rewritten], []);
  assert.deepEqual([...applied(new Map(), [{ type: 'thread', thread: shop }], ME).rewritten], ['thr_1']);
});
