import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { VirtualClock } from '../clock/virtual-clock.ts';
import type { Finding } from './finding.ts';
import { createSweeper, LOOK_MS } from './sweeper.ts';

let clock: VirtualClock;
let stopping: AbortController;
let looked: string[];
beforeEach(() => {
  clock = new VirtualClock();
  stopping = new AbortController();
  looked = [];
});

const finding = (unit: string): Finding => ({ unit, problem: 'is wrong' });

/** Pages `1` to `last`, each of which takes `pageMs`. */
const sweeperOf = (last: number, pageMs: number) =>
  createSweeper(
    clock,
    async function* look() {
      for (let page = 1; page <= last; page++) {
        clock.jump(pageMs);
        yield [finding(String(page))];
      }
    },
    stopping.signal,
  );
const note = (findings: readonly Finding[]) => void looked.push(...findings.map(({ unit }) => unit));

test('a turn takes as many pages as it has time for, and the next one goes on behind them', async () => {
  const sweeper = sweeperOf(7, LOOK_MS / 3);
  assert.equal(await sweeper.goOn(note), false);
  assert.deepEqual(looked, ['1', '2', '3']);
  assert.equal(await sweeper.goOn(note), false);
  assert.equal(await sweeper.goOn(note), true);
  assert.deepEqual(looked, ['1', '2', '3', '4', '5', '6', '7']);
  looked = [];
  await sweeper.goOn(note);
  assert.deepEqual(looked, ['1', '2', '3']);
});

test('a turn takes one page at least, however slow', async () => {
  const sweeper = sweeperOf(2, 10 * LOOK_MS);
  for (const hasEnded of [false, false, true]) assert.equal(await sweeper.goOn(note), hasEnded);
  assert.deepEqual(looked, ['1', '2']);
});

test('a turn that is to stop takes no further page', async () => {
  const sweeper = sweeperOf(3, 0);
  await sweeper.goOn((findings) => {
    note(findings);
    stopping.abort();
  });
  assert.deepEqual(looked, ['1']);
});
