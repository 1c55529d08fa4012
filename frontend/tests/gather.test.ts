import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GATHER_MS, Gather, type Time } from '../console/lib/gather.ts';

class HandTime implements Time {
  #now = 1_000;
  #due: { at: number; run: () => void }[] = [];

  now = () => this.#now;
  after = (ms: number, run: () => void) => this.#due.push({ at: this.#now + ms, run });

  async pass(ms: number): Promise<void> {
    this.#now += ms;
    const due = this.#due.filter((each) => each.at <= this.#now);
    this.#due = this.#due.filter((each) => each.at > this.#now);
    for (const each of due) each.run();
    for (let turn = 0; turn < 9; turn += 1) await Promise.resolve();
  }
}

test('the first after a rest goes at once, and what follows it goes together', async () => {
  const time = new HandTime();
  const taken: string[][] = [];
  const gather = new Gather(async (keys) => void taken.push(keys), time);
  gather.add('a');
  await time.pass(0);
  assert.deepEqual(taken, [['a']]);
  gather.add('b');
  await time.pass(1);
  gather.add('c');
  gather.add('b');
  assert.equal(taken.length, 1);
  await time.pass(GATHER_MS);
  assert.deepEqual(taken, [['a'], ['b', 'c']]);
  await time.pass(GATHER_MS + 1);
  gather.add('d');
  await time.pass(0);
  assert.deepEqual(taken.at(-1), ['d']);
});

test('what could not be handed over is tried again with what came meanwhile', async () => {
  const time = new HandTime();
  const taken: string[][] = [];
  const gather = new Gather(async (keys) => {
    taken.push(keys);
    if (taken.length === 1) throw new Error('away');
  }, time);
  gather.add('a');
  await time.pass(0);
  gather.add('b');
  await time.pass(600_000);
  assert.deepEqual(taken.map((keys) => keys.toSorted()), [['a'], ['a', 'b']]);
});
