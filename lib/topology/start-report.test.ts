import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { pieceByPiece } from '../service/progress.ts';
import { StartReport } from './start-report.ts';

let clock: VirtualClock;
let output: string[];
beforeEach(() => {
  clock = new VirtualClock();
  output = [];
});

const write = (line: string) => void output.push(line);
const redraw = (line: string) => void output.push(`\r${line}`);

describe('progress on a terminal', () => {
  it('is one line, drawn anew for each percent and no more often', () => {
    const progress = new StartReport({ clock, write, redraw }).progress('demo cows');
    const inserted = pieceByPiece(progress, 20_000);
    for (let n = 0; n < 20_000; n++) inserted(1);
    assert.equal(output.length, 101);
    assert.equal(output[0], '\r  demo cows        [░░░░░░░░░░░░░░░░░░░░]   0 %');
    assert.equal(output[62], '\r  demo cows        [████████████░░░░░░░░]  62 %');
    assert.equal(output[100], '\r  demo cows        [████████████████████] 100 %');
  });

  it('gives way to the next line', async () => {
    const report = new StartReport({ clock, write, redraw });
    await report
      .timed({
        name: 'farm',
        async start() {
          report.progress('demo cows').update(1, 2);
          return undefined;
        },
      })
      .start(new AbortController().signal);
    report.ready();
    assert.deepEqual(output.slice(1), [
      '\r',
      '  farm              0.0 s  in this process',
      'Ready in 0.0 s.',
    ]);
  });

  it('is cleared away when its component fails, so that the reason stands on a line of its own', async () => {
    const report = new StartReport({ clock, write, redraw });
    const component = report.timed({
      name: 'farm',
      async start() {
        report.progress('demo cows').update(1, 2);
        throw new Error('fire');
      },
    });
    await assert.rejects(component.start(new AbortController().signal), /fire/);
    assert.equal(output.at(-1), '\r');
  });
});

describe('progress elsewhere', () => {
  it('is a line at each quarter where the work is slow', () => {
    const progress = new StartReport({ clock, write }).progress('demo cows');
    for (let n = 0; n <= 1_000; n++) {
      clock.advance(100);
      progress.update(n, 1_000);
    }
    assert.deepEqual(output, [
      '  demo cows         25 %',
      '  demo cows         50 %',
      '  demo cows         75 %',
      '  demo cows        100 %',
    ]);
  });

  it('is the last line only where the work is quick', () => {
    const progress = new StartReport({ clock, write }).progress('demo cows');
    for (let n = 0; n <= 1_000; n++) progress.update(n, 1_000);
    assert.deepEqual(output, ['  demo cows        100 %']);
  });

  it('is done where there was nothing to do', () => {
    new StartReport({ clock, write }).progress('demo cows').update(0, 0);
    assert.deepEqual(output, ['  demo cows        100 %']);
  });
});

it('ends with the time from when the start began, where to go, and what to know', () => {
  const report = new StartReport({ clock, write, startedAtMs: clock.now() - 1_240 });
  report.note('supergraph  pets.graphql');
  report.offers('endpoint', 'http://127.0.0.1:4000/graphql');
  report.ready();
  assert.deepEqual(output, [
    'Ready in 1.2 s.',
    '  endpoint    http://127.0.0.1:4000/graphql',
    '  supergraph  pets.graphql',
  ]);
});
