import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lengthIn, partsOf } from '../console/lib/textlimit.ts';
import type { Verdict } from '../console/lib/types.ts';
import { channelName, messageState, personName, verdictSentence } from '../console/lib/words.ts';
import { retryAfter, RETRY_MAX_MS } from '../shared/backoff.ts';
import { age, countdown, DAY_MS, HOUR_MS, MINUTE_MS, span } from '../shared/time.ts';

const VERDICT: Verdict = { capability: 'send', state: 'partial', cause: 'platform', confidence: 0.97, share: 0.3, since: 0, evidence: [] };

test('a limit is counted as the channel counts', () => {
  assert.equal(lengthIn('bytes', 'ü🙏'), 6);
  assert.equal(lengthIn('characters', 'ü🙏'), 2);
  assert.equal(partsOf(1001, 1000), 2);
  assert.equal(partsOf(0, 1000), 1);
  assert.equal(partsOf(50, 0), 1);
});

test('a verdict says how much fails, why, and how sure we are', () => {
  assert.equal(verdictSentence(VERDICT), 'About 30 % fail. Likely cause: the platform itself, 97 % sure.');
  assert.equal(verdictSentence({ ...VERDICT, state: 'up' }), '');
  assert.equal(verdictSentence({ ...VERDICT, state: 'down', cause: '' }), 'We are 97 % sure.');
});

test('a state that is not known yet still has a word', () => {
  assert.equal(messageState('in_doubt').word, 'In doubt');
  assert.equal(messageState('some_new_state').word, 'Some new state');
});

test('names say who without saying it twice', () => {
  assert.equal(channelName({ platform: 'instagram', name: 'Instagram (Studio)' }), 'Instagram (Studio)');
  assert.equal(channelName({ platform: 'sms', name: 'Kelp & Co' }), 'SMS · Kelp & Co');
  assert.equal(personName('', 'direct:web'), 'Someone on Web chat');
});

test('times are said in the unit that fits', () => {
  assert.equal(age(0, 44_000), 'now');
  assert.equal(age(0, 5 * MINUTE_MS), '5 min');
  assert.equal(span(3 * DAY_MS), '3 d');
  assert.equal(countdown(HOUR_MS + 90_000), '1 h 1 min');
  assert.equal(countdown(-5), '0 s');
});

test('waiting grows with each failure and has an end', () => {
  assert.ok(retryAfter(0, 0) < retryAfter(3, 0));
  assert.ok(retryAfter(1_000, 1) <= RETRY_MAX_MS);
});
