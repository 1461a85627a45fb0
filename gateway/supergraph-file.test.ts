import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import type { Logger } from '@tiffin/lib/telemetry/logger';
import type { SupergraphSource } from './graph.ts';
import { type FileState, supergraphFile } from './supergraph-file.ts';

const path = 'supergraph.graphql';
const supergraph = (url: string) => `
  schema @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION) { query: Query }
  enum join__Graph { PETS @join__graph(name: "pets", url: "${url}") }`;
const first = supergraph('http://pets:1');
const second = supergraph('http://pets:2');

let clock: VirtualClock;
let warnings: string[];
let file: (FileState & { text: string }) | undefined;
let reads: number;
let source: SupergraphSource;
let changes: string[];

beforeEach(() => {
  clock = new VirtualClock();
  warnings = [];
  changes = [];
  reads = 0;
  write(first);
  const logger = { warn: (_fields: object, text: string) => warnings.push(text) } as unknown as Logger;
  source = supergraphFile({
    path,
    clock,
    logger,
    files: {
      stat: async () => ({ ...present() }),
      async read() {
        reads++;
        return present().text;
      },
    },
  });
});

function write(text: string, state: Partial<FileState> = {}): void {
  file = { text, isFile: true, bytes: text.length, modifiedMs: clock.now(), inode: 1, ...state };
}

function present() {
  return file ?? assert.fail(Object.assign(new Error('no such file'), { code: 'ENOENT' }));
}

const watch = () => source.watch?.((sdl) => changes.push(sdl)) ?? assert.fail();

describe('the first reading', () => {
  it('gives the text', async () => {
    assert.equal(await source.read(), first);
  });

  const unfit: [what: string, change: () => void, sentence: RegExp][] = [
    ['is missing', () => (file = undefined), /^supergraph\.graphql does not exist\.$/],
    ['is a folder', () => write('', { isFile: false }), /^supergraph\.graphql is no file\.$/],
    ['is huge', () => write('', { bytes: 1e9 }), /^supergraph\.graphql is larger than 67108864 bytes\.$/],
    ['has no URL', () => write(supergraph('')), /^supergraph\.graphql has no URL for the subgraph pets/],
  ];
  for (const [what, change, sentence] of unfit) {
    it(`says in a sentence that the file ${what}`, async () => {
      change();
      await assert.rejects(source.read(), { message: sentence });
    });
  }
});

describe('watching', () => {
  beforeEach(async () => {
    await source.read();
  });

  it('hands a change over once it has been the same for two polls', async () => {
    watch();
    await clock.advance(5_000);
    write(second);
    await clock.advance(1_000);
    assert.deepEqual(changes, []);
    await clock.advance(1_000);
    assert.deepEqual(changes, [second]);
    await clock.advance(10_000);
    assert.deepEqual(changes, [second]);
    assert.equal(reads, 2, 'the file is read only when it looks different');
  });

  it('waits while the file is still being written', async () => {
    watch();
    for (let bytes = 10; bytes <= 50; bytes += 10) {
      write(second.slice(0, bytes));
      await clock.advance(1_000);
    }
    write(second);
    await clock.advance(1_000);
    assert.deepEqual(changes, []);
    await clock.advance(1_000);
    assert.deepEqual(changes, [second]);
  });

  it('sees a file of the same size and time that a rename or a link put in its place', async () => {
    watch();
    const { bytes, modifiedMs } = present();
    write(second, { bytes, modifiedMs, inode: 2 });
    await clock.advance(2_000);
    assert.deepEqual(changes, [second]);
  });

  it('sees what changed between the first reading and the first poll', async () => {
    await clock.advance(1);
    write(second);
    watch();
    await clock.advance(2_000);
    assert.deepEqual(changes, [second]);
  });

  it('says nothing of a file that was only touched', async () => {
    watch();
    write(first, { modifiedMs: clock.now() + 7 });
    await clock.advance(10_000);
    assert.deepEqual(changes, []);
    assert.equal(reads, 2);
  });

  it('outlasts the absence of the file, and logs it once', async () => {
    watch();
    file = undefined;
    await clock.advance(10_000);
    assert.deepEqual(warnings, ['supergraph.graphql does not exist. The last one stays in service.']);
    write(second);
    await clock.advance(2_000);
    assert.deepEqual(changes, [second]);
  });

  it('leaves it to the graph whether a change can be served', async () => {
    watch();
    write('type Query { a: Int }');
    await clock.advance(2_000);
    assert.deepEqual(changes, ['type Query { a: Int }']);
  });

  it('ends with stop, with a poll under way too', async () => {
    const watching = watch();
    await clock.advance(1_000);
    write(second);
    await clock.advance(1_000);
    const { text, ...state } = present();
    let release = () => {};
    file = {
      ...state,
      get text() {
        release();
        return text;
      },
    };
    release = () => watching.stop();
    await clock.advance(10_000);
    assert.deepEqual(changes, []);
    assert.equal(clock.pendingTimers, 0);
  });
});
