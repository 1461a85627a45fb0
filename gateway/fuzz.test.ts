import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OperationLimits } from './limits/operation-limits.ts';
import { startFuzzBed } from './testing/fuzz-bed.ts';

/** `npm run test:real` sends a hundred thousand. */
const requests = 10_000;

test('mutated and hostile documents: each is answered in form, none takes the gateway’s thread for 50 ms', async (t) => {
  const bed = await startFuzzBed();
  t.after(() => bed.stop());
  const report = await bed.run(1, 0, requests);
  t.diagnostic(JSON.stringify({ ...report, worst: JSON.stringify(report.worst).slice(0, 300) }));
  assert.ok(report.worstTurnMs < 50, JSON.stringify(report.worst).slice(0, 5_000));
  // The control: the requests reach every part of the way.
  for (const outcome of [
    'data',
    'MALFORMED_REQUEST',
    'TOKENS',
    'SELECTIONS',
    'COMPARISONS',
    'DEPTH',
    'FIELD_VALUES',
    'VARIABLE_DEPTH',
  ])
    assert.ok((report.outcomes[outcome] ?? 0) > 0, outcome);
});

const aliases = Array.from({ length: 3_000 }, (_, n) => `o${n}: orders(first: 1) { ...Orders }`).join(' ');
const goods = 'goods(first: 1) { edges { node { shop { id name } } } } ';
/** What each limit keeps from the loop, and the limits that must be lifted for it. */
const controls: readonly [limit: string, query: string, lifted: Partial<OperationLimits>][] = [
  [
    'TOKENS',
    `{ me { ${aliases} } } fragment Orders on OrderConnection {
      edges { node { id items(first: 1) { edges { node { quantity goods { name shop { name owner { displayName } } } } } } } }
    }`,
    { maxTokens: 1_000_000, maxSelections: 1_000_000, maxAliases: 10_000, maxFieldValues: 1_000_000_000 },
  ],
  ['COMPARISONS', `{ shop(id: 1) { ${goods.repeat(165)} } }`, { maxComparisons: 10_000_000 }],
];
for (const [limit, query, lifted] of controls) {
  test(`the control: what ${limit} refuses would keep the loop for many times as long`, async (t) => {
    const guarded = await startFuzzBed();
    t.after(() => guarded.stop());
    let turnMs = Number.POSITIVE_INFINITY;
    for (const end of ['', ' ', '  ']) {
      const [outcome, askedMs] = await guarded.ask({ query: query + end });
      assert.equal(outcome, limit);
      turnMs = Math.min(turnMs, askedMs);
    }
    assert.ok(turnMs < 50, `${turnMs} ms`);
    const open = await startFuzzBed(lifted);
    t.after(() => open.stop());
    // Whether it can be planned in time is up to the machine.
    const [, longTurnMs] = await open.ask({ query });
    assert.ok(longTurnMs > 4 * turnMs, `${turnMs} ms and ${longTurnMs} ms`);
  });
}
