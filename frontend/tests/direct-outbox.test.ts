import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Hub, Refusal, type Wanted } from '../direct/lib/hub.ts';
import { MemoryKeep } from '../direct/lib/keep.ts';
import { type NewOp, Outbox, type OutFile } from '../direct/lib/outbox.ts';
import type { Attachment } from '../direct/lib/protocol.ts';

/** A hub that takes, refuses or is away, as it is told. */
class Far {
  taken: string[] = [];
  uploads: string[] = [];
  away = false;
  refuses: Refusal | null = null;
  /** Took it, but the answer was lost. */
  losesAnswer = false;

  async send(thread: string, wanted: Wanted) {
    this.#answer();
    if (!this.taken.includes(`${thread} ${wanted.id}`)) this.taken.push(`${thread} ${wanted.id}`);
    if (this.losesAnswer) throw new Refusal(0, 'No connection.');
    return { id: wanted.id, at: 7, state: 'safe' };
  }

  async edit(message: string) {
    this.#answer();
    this.taken.push(`edit ${message}`);
  }

  async upload(_file: Blob, name: string): Promise<Attachment> {
    this.#answer();
    this.uploads.push(name);
    return { id: `upl_${name}`, kind: 'file', type: '', name, bytes: 1, width: null, height: null, seconds: null, url: '', thumb: '' };
  }

  #answer(): void {
    if (this.away) throw new Refusal(0, 'No connection.');
    if (this.refuses) throw this.refuses;
  }
}

function made(far = new Far(), keep = new MemoryKeep()) {
  const timers: (() => void)[] = [];
  const said: string[] = [];
  const events = {
    changed: () => {},
    stored: () => {},
    progress: () => {},
    refused: (sentence: string) => said.push(sentence),
    unauthorized: () => said.push('unauthorized'),
    introduced: () => Promise.resolve(),
  };
  const outbox = new Outbox(keep, far as unknown as Hub, events, (after) => timers.push(after));
  return { far, keep, outbox, timers, said };
}

function text(id: string, thread = 'thr_1', files: OutFile[] = []): NewOp {
  return { kind: 'send', thread, id, text: id, replyTo: null, files, at: 1, state: 'waiting', reason: '' };
}

const file = (key: string): OutFile => ({ key, blob: new Blob(['x']), name: key, kind: 'file', upload: null });

test('what was written without a connection goes out in order, once', async () => {
  const { far, outbox, timers } = made();
  far.away = true;
  for (const id of ['one', 'two', 'three']) await outbox.add(text(id));
  await outbox.flush();
  assert.deepEqual(far.taken, []);
  assert.equal(timers.length, 1);
  far.away = false;
  outbox.hurry();
  await outbox.flush();
  assert.deepEqual(far.taken, ['thr_1 one', 'thr_1 two', 'thr_1 three']);
  assert.deepEqual(outbox.rows.map((row) => row.kind === 'send' && row.state), ['safe', 'safe', 'safe']);
});

test('another tab, or the next one after a crash, sends the same ids', async () => {
  const first = made();
  first.far.losesAnswer = true;
  await first.outbox.add(text('one'));
  await first.outbox.flush();
  first.far.losesAnswer = false;
  const second = made(first.far, first.keep);
  await second.outbox.load();
  await second.outbox.flush();
  assert.deepEqual(second.far.taken, ['thr_1 one']);
});

test('it is taken out when it comes back as a message', async () => {
  const { outbox, keep } = made();
  await outbox.add(text('one'));
  await outbox.flush();
  await outbox.arrived(new Set(['mem_me:one', 'mem_other:two']), ['mem_me']);
  assert.deepEqual(outbox.rows, []);
  assert.deepEqual(await keep.ops(), []);
});

test('what was written as a guest is taken out when it comes back as the guest wrote it', async () => {
  const { outbox } = made();
  await outbox.add(text('one'));
  await outbox.flush();
  await outbox.arrived(new Set(['mem_guest:one']), ['mem_me', 'mem_guest']);
  assert.deepEqual(outbox.rows, []);
});

test('a message that came back before a crash does not wait any more', async () => {
  const { outbox, keep } = made();
  await outbox.add(text('one'));
  await outbox.flush();
  const message = { id: 'mem_me:one', thread: 'thr_1', order: 1, author: 'mem_me', name: '', text: 'one', at: 1, kind: 'text' as const };
  await keep.take({ messages: [message], threads: [], gone: [], cursor: '1' });
  await outbox.settle(['mem_me']);
  assert.deepEqual(outbox.rows, []);
});

test('what is refused is shown with the reason and does not hold up what follows', async () => {
  const { far, outbox } = made();
  await outbox.add(text('one'));
  far.refuses = new Refusal(422, 'Links are not taken.', 'refused');
  await outbox.flush();
  far.refuses = null;
  await outbox.add(text('two'));
  await outbox.flush();
  const [one] = outbox.rows;
  assert.deepEqual(one?.kind === 'send' && [one.state, one.reason], ['refused', 'Links are not taken.']);
  assert.deepEqual(far.taken, ['thr_1 two']);
  await outbox.retry(one!.n);
  await outbox.flush();
  assert.deepEqual(far.taken, ['thr_1 two', 'thr_1 one']);
});

test('an edit that is refused is told and let go', async () => {
  const { far, outbox, said } = made();
  far.refuses = new Refusal(409, 'It is too late to change it.', 'too_late');
  await outbox.add({ kind: 'edit', thread: 'thr_1', message: 'mem_me:one', text: 'Better', at: 1 });
  await outbox.flush();
  assert.deepEqual(said, ['It is too late to change it.']);
  assert.deepEqual(outbox.rows, []);
});

test('a file that is there is not brought again', async () => {
  const { far, outbox, keep } = made();
  await outbox.add(text('one', 'thr_1', [file('a'), file('b')]));
  far.losesAnswer = true;
  await outbox.flush();
  far.losesAnswer = false;
  const next = made(far, keep);
  await next.outbox.load();
  await next.outbox.flush();
  assert.deepEqual(far.uploads, ['a', 'b']);
});

test('one thread does not wait for another', async () => {
  const { far, outbox } = made();
  let arrive = () => {};
  far.upload = () => new Promise<Attachment>((resolve) => (arrive = () => resolve({ id: 'upl' } as Attachment)));
  await outbox.add(text('large', 'thr_1', [file('a')]));
  await outbox.add(text('small', 'thr_2'));
  const flushed = outbox.flush();
  while (!far.taken.includes('thr_2 small')) await new Promise(setImmediate);
  assert.deepEqual(far.taken, ['thr_2 small']);
  arrive();
  await flushed;
  assert.deepEqual(far.taken, ['thr_2 small', 'thr_1 large']);
});

test('a session that ended stops everything and loses nothing', async () => {
  const { far, outbox, said } = made();
  far.refuses = new Refusal(401, 'Not signed in.', 'unauthorized');
  await outbox.add(text('one'));
  await outbox.flush();
  assert.deepEqual(said, ['unauthorized']);
  assert.equal(outbox.rows.length, 1);
});
