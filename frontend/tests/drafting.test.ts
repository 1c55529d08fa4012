import assert from 'node:assert/strict';
import { test } from 'node:test';
import { course } from '../console/lib/drafting.ts';

const NOTHING = { text: '', saved: '', at: 0 };
const there = (text: string, at: number) => ({ text, at });

test('what nobody touched elsewhere goes on', () => {
  assert.equal(course(NOTHING, null), 'go on');
  assert.equal(course({ text: 'Dear Ann', saved: 'Dear', at: 5 }, there('Dear', 5)), 'go on');
});

test('what was begun elsewhere appears where nothing else was typed', () => {
  assert.equal(course(NOTHING, there('Dear Ann', 5)), 'take');
  assert.equal(course({ text: 'Dear', saved: 'Dear', at: 5 }, there('Dear Ann', 6)), 'take');
  assert.equal(course({ text: '  ', saved: 'Dear', at: 5 }, there('Dear Ann', 6)), 'take');
  assert.equal(course({ text: 'Dear Ann', saved: 'Dear', at: 5 }, there('Dear Ann', 6)), 'take');
});

test('what was sent elsewhere leaves the box', () => {
  assert.equal(course({ text: 'Dear', saved: 'Dear', at: 5 }, null), 'take');
});

test('two different texts are for a person to choose from', () => {
  assert.equal(course({ text: 'Hello', saved: '', at: 0 }, there('Dear Ann', 5)), 'ask');
  assert.equal(course({ text: 'Dear Ann and Bob', saved: 'Dear', at: 5 }, there('Dear Ann', 6)), 'ask');
});

test('what was typed after it was sent elsewhere is a draft of its own', () => {
  assert.equal(course({ text: 'Dear Ann, one more thing', saved: 'Dear Ann', at: 5 }, null), 'begin');
});
