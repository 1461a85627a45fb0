import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  formatStaleMessage,
  parseStaleMessage,
  StaleKeySender,
  type StaleMessage,
} from './stale-key-sender.ts';

const PUBLISH_TURN = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Each message waits until the test lets it go, or fail. */
function setUp() {
  const messages: StaleMessage[] = [];
  const answers: PromiseWithResolvers<void>[] = [];
  const sender = new StaleKeySender('p1', (text) => {
    messages.push(parseStaleMessage(text) as StaleMessage);
    const answer = Promise.withResolvers<void>();
    answers.push(answer);
    return answer.promise;
  });
  const last = () => answers.at(-1) as PromiseWithResolvers<void>;
  const sent = () => messages.map(({ number, writes }) => [number, writes.map(({ key }) => key).join()]);
  return { sender, messages, last, sent };
}

describe('StaleKeySender', () => {
  it('numbers its messages, and sends together what came meanwhile', async () => {
    const { sender, messages, last, sent } = setUp();
    const done = Promise.all([sender.send(['a', 'b'], 1_000)]);
    await PUBLISH_TURN();
    void sender.send(['c'], 2_000);
    void sender.send(['c', 'd'], 3_000);
    await PUBLISH_TURN();
    assert.deepEqual(sent(), [[1, 'a,b']]);
    last().resolve();
    await PUBLISH_TURN();
    last().resolve();
    await done;
    assert.deepEqual(sent(), [
      [1, 'a,b'],
      [2, 'c,d'],
    ]);
    assert.deepEqual(messages[1]?.writes, [
      { key: 'c', writtenAtMs: 2_000 },
      { key: 'd', writtenAtMs: 3_000 },
    ]);
  });

  it('sends what comes in the very turn in which it ends', async () => {
    const sent: string[] = [];
    const sender: StaleKeySender = new StaleKeySender('p1', async (text) => {
      sent.push(text);
    });
    await sender.send(['a'], 1);
    // Each of these turns is another distance from the end of the sending before.
    for (let turns = 0; turns < 10; turns++) {
      void sender.send([`first-${turns}`], 1);
      for (let turn = 0; turn < turns; turn++) await undefined;
      void sender.send([`second-${turns}`], 1);
      await PUBLISH_TURN();
      assert.ok(sent.join().includes(`second-${turns}`), String(turns));
    }
  });

  it('sends nothing for no keys', async () => {
    const { sender, sent } = setUp();
    await sender.send([], 1);
    assert.deepEqual(sent(), []);
  });

  it('splits what is too much for one message', async () => {
    const sent: StaleMessage[] = [];
    const sender = new StaleKeySender('p1', async (text) => {
      sent.push(parseStaleMessage(text) as StaleMessage);
    });
    await sender.send(
      Array.from({ length: 1_200 }, (_, n) => `key-${n}`),
      1,
    );
    assert.deepEqual(
      sent.map(({ writes }) => writes.length),
      [500, 500, 200],
    );
    const long = (letter: string) => letter.repeat(20_000);
    await sender.send([long('a'), long('b'), long('c').repeat(3)], 1);
    assert.deepEqual(
      sent.slice(3).map(({ number, writes }) => [number, writes.map(({ key }) => key[0]).join()]),
      [
        [4, 'a'],
        [5, 'b'],
        [6, 'c'],
      ],
    );
  });

  it('leaves a number out after a failure, whether the message arrived or not', async () => {
    const { sender, last, sent } = setUp();
    const failed = assert.rejects(sender.send(['a'], 1), /away/);
    await PUBLISH_TURN();
    const lost = assert.rejects(sender.send(['lost'], 1), /away/);
    last().reject(new Error('away'));
    await Promise.all([failed, lost]);
    void sender.send(['b'], 2);
    await PUBLISH_TURN();
    assert.deepEqual(sent(), [
      [1, 'a'],
      [3, 'b'],
    ]);
  });

  it('gives up what waits when that is too much, and says so by a number at once', async () => {
    const { sender, last, sent } = setUp();
    void sender.send(['a'], 1);
    await PUBLISH_TURN();
    void sender.send(
      Array.from({ length: 10_001 }, (_, n) => `key-${n}`),
      1,
    );
    last().resolve();
    await PUBLISH_TURN();
    assert.deepEqual(sent(), [
      [1, 'a'],
      [3, ''],
    ]);
  });

  it('waits at its stop for what is under way', async () => {
    const { sender, last } = setUp();
    const failed = assert.rejects(sender.send(['a'], 1));
    await PUBLISH_TURN();
    let stopped = false;
    const stopping = sender.stop().then(() => {
      stopped = true;
    });
    await PUBLISH_TURN();
    assert.equal(stopped, false);
    last().reject(new Error('away'));
    await Promise.all([failed, stopping]);
  });
});

describe('a message about stale keys', () => {
  it('reads as it was written, whatever its keys look like', () => {
    const message = {
      publisher: 'p1',
      number: 7,
      writes: [
        { key: 'gds:g:1', writtenAtMs: 1_900_000_000_000 },
        { key: 'a,"\n\u{1f600}', writtenAtMs: 2 },
      ],
    };
    assert.deepEqual(parseStaleMessage(formatStaleMessage(message)), message);
  });

  it('is told from what is none', () => {
    for (const text of [
      '',
      '{}',
      '[]',
      '["p"]',
      '["p",1.5]',
      '[1,1]',
      '["p",1,"key"]',
      '["p",1,"key","1"]',
      '["p",1,2,3]',
    ])
      assert.equal(parseStaleMessage(text), undefined, text);
    assert.deepEqual(parseStaleMessage('["p",1]')?.writes, []);
  });
});
