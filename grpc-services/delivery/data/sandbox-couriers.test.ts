import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sandboxCouriers } from './sandbox-couriers.ts';

const call = (reference: string) => sandboxCouriers.call({ reference });

test('a reference has the same courier each time', async () => {
  assert.deepEqual(await call('17'), {
    kind: 'assigned',
    courierName: (await call('17')).courierName,
    courierReference: 'sandbox-17',
  });
  const again = await Promise.all(Array.from({ length: 5 }, () => call('17')));
  assert.equal(new Set(again.map(({ courierName }) => courierName)).size, 1);
});

test('different references have many couriers, each with a name', async () => {
  const answers = await Promise.all(Array.from({ length: 500 }, (_, n) => call(String(1_000 + n))));
  for (const { courierName } of answers) assert.match(courierName, /^[A-Z][a-z]+ [A-Z]\.$/);
  assert.ok(new Set(answers.map(({ courierName }) => courierName)).size > 100);
  assert.equal(new Set(answers.map(({ courierReference }) => courierReference)).size, 500);
});
