import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { watchMemory } from './memory-watch.ts';
import { type ProcessMemory, withDescendants } from './process-usage.ts';

describe('memory', () => {
  /** What lives, and what looks. */
  const watched = () => {
    let living: ProcessMemory[] = [];
    let lookAgain = () => {};
    const watch = watchMemory({
      processes: (roots) => withDescendants(living, roots),
      repeat: (look) => {
        lookAgain = look;
        return () => {
          lookAgain = () => {};
        };
      },
    });
    watch.add(10);
    return {
      watch,
      see: (...processes: ProcessMemory[]) => {
        living = processes;
        lookAgain();
        return watch.peakBytesOf([10]);
      },
    };
  };
  const gateway = (peakBytes: number) => ({ pid: 10, parent: 1, peakBytes });
  const planner = (peakBytes: number) => ({ pid: 11, parent: 10, peakBytes });

  it('is that of a child too which has ended, and of what /proc was made to forget', () => {
    const { see } = watched();
    assert.equal(see(gateway(100), planner(70)), 170);
    assert.equal(see(gateway(40)), 170);
    assert.equal(see(gateway(120)), 170);
    assert.equal(see(gateway(30), { pid: 12, parent: 10, peakBytes: 60 }), 180);
  });

  it('is not that of a stranger, nor of an ended one whose number is given again', () => {
    const { see } = watched();
    see(gateway(100), planner(70));
    assert.equal(see(gateway(100), { pid: 11, parent: 1, peakBytes: 900 }), 170);
    see(gateway(100));
    assert.equal(see(gateway(130), planner(10)), 170);
  });

  it('is looked at no more in the end', () => {
    const { watch, see } = watched();
    watch[Symbol.dispose]();
    assert.equal(see(gateway(100)), 0);
  });
});
