import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { allFindings } from '@tiffin/lib/audit/all-findings';
import { MAX_FINDINGS } from '@tiffin/lib/audit/finding';
import { byAda, createDeliveryTestBed, type DeliveryTestBed } from '../delivery-test-bed.ts';
import { auditDeliveries, maxWaitMs } from './audit-deliveries.ts';
import { createCourierCalls } from './call-couriers.ts';

let bed: DeliveryTestBed;
before(async () => {
  bed = await createDeliveryTestBed();
});
after(() => bed.stop());

test('a delivery that waits for more than ten minutes is found, and why, until it has a courier', async () => {
  const [refused = ''] = await bed.pay(1);
  bed.dispatch.answer = () => ({ kind: 'refused', reason: 'nobody is free' });
  await createCourierCalls(bed.deps).round();
  const [untouched] = await bed.pay(1);
  await bed.clock.advance(maxWaitMs);
  assert.deepEqual(await allFindings(auditDeliveries(bed.deps)), []);
  await bed.clock.advance(1);
  await bed.pay(1);
  assert.deepEqual(await allFindings(auditDeliveries(bed.deps)), [
    {
      unit: `delivery ${refused}`,
      problem: 'has been without a courier for 10 minutes; 1 call failed, the last with: nobody is free',
    },
    { unit: `delivery ${untouched}`, problem: 'has been without a courier for 10 minutes; no call failed' },
  ]);
  bed.dispatch.answer = ({ reference }) => byAda(reference);
  await createCourierCalls(bed.deps).round();
  assert.deepEqual(await allFindings(auditDeliveries(bed.deps)), []);
});

test('the oldest are told, a bounded number', async () => {
  const ids = await bed.pay(MAX_FINDINGS + 1);
  await bed.clock.advance(2 * maxWaitMs);
  assert.deepEqual(
    (await allFindings(auditDeliveries(bed.deps))).map(({ unit }) => unit),
    ids.slice(0, MAX_FINDINGS).map((id) => `delivery ${id}`),
  );
});

test('by the time of the system unless it is given another', async () => {
  const { database } = bed.deps;
  await bed.clear();
  await bed.pay(1);
  await database.query("update delivery.delivery set requested_at = now() - interval '9 minutes'");
  assert.deepEqual(await allFindings(auditDeliveries({ database })), []);
  await database.query("update delivery.delivery set requested_at = now() - interval '11 minutes'");
  assert.equal((await allFindings(auditDeliveries({ database }))).length, 1);
});

test('an audit that nobody waits for any more stops', async () => {
  await assert.rejects(
    allFindings(auditDeliveries(bed.deps, AbortSignal.abort(new Error('Enough.')))),
    /Enough/,
  );
});
