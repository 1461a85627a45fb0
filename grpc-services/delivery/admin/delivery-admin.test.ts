import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { anonymous } from '@tiffin/lib/identity/identity';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { failsWith, violates } from '@tiffin/lib/testing/expect-error';
import { freshKey } from '@tiffin/lib/testing/fresh-key';
import { DeliveryStatus } from '@tiffin/proto/gen/tiffin/delivery/v1/delivery';
import {
  administrator,
  createDeliveryTestBed,
  customer,
  type DeliveryTestBed,
} from '../delivery-test-bed.ts';
import { createCourierCalls } from '../domain/call-couriers.ts';

const { REQUESTED, ASSIGNED, PICKED_UP, DELIVERED, UNSPECIFIED } = DeliveryStatus;

let bed: DeliveryTestBed;
before(async () => {
  bed = await createDeliveryTestBed();
});
after(() => bed.stop());
beforeEach(() => bed.clear());

const report = (deliveryId: string, status: DeliveryStatus, identity = administrator) =>
  bed.admin.reportDelivery({ ...freshKey, deliveryId, status }, callBy(identity));

/** A delivery that has come as far as `status`; what was told of it is forgotten. */
async function deliveryAt(status: DeliveryStatus): Promise<string> {
  const [id = ''] = await bed.pay(1);
  if (status !== REQUESTED) await createCourierCalls(bed.deps).round();
  if (status === PICKED_UP || status === DELIVERED) await report(id, PICKED_UP);
  if (status === DELIVERED) await report(id, DELIVERED);
  await bed.deps.database.query('truncate delivery.outbox');
  await bed.clock.advance(1_000);
  return id;
}

describe('a report of', () => {
  const outcomes = [
    [PICKED_UP, REQUESTED, 'is refused'],
    [PICKED_UP, ASSIGNED, 'is a step'],
    [PICKED_UP, PICKED_UP, 'changes nothing'],
    [PICKED_UP, DELIVERED, 'is refused'],
    [DELIVERED, REQUESTED, 'is refused'],
    [DELIVERED, ASSIGNED, 'is refused'],
    [DELIVERED, PICKED_UP, 'is a step'],
    [DELIVERED, DELIVERED, 'changes nothing'],
  ] as const;
  for (const [status, from, outcome] of outcomes) {
    test(`${status} of a delivery at ${from} ${outcome}`, async () => {
      const id = await deliveryAt(from);
      const before = await bed.getDelivery(id);
      assert.equal(before.status, from);
      const reporting = report(id, status);
      if (outcome === 'is refused') {
        await assert.rejects(reporting, failsWith('DELIVERY_STEP_REFUSED', { deliveryId: id }));
      }
      if (outcome !== 'is a step') {
        if (outcome === 'changes nothing') assert.deepEqual((await reporting).delivery, before);
        assert.deepEqual(await bed.getDelivery(id), before);
        assert.deepEqual(await bed.told(), []);
        return;
      }
      const after = { ...before, status, changedAt: new Date(bed.clock.now()), version: before.version + 1 };
      assert.deepEqual((await reporting).delivery, after);
      assert.deepEqual(await bed.getDelivery(id), after);
      const { orderId, version } = after;
      assert.deepEqual(await bed.told(), [
        { topic: 'delivery.changed.v1', aggregateId: id, version, deliveryId: id, orderId, status },
      ]);
    });
  }
});

test('a step that cannot be told is not taken', async () => {
  const id = await deliveryAt(ASSIGNED);
  await bed.deps.database.query('alter table delivery.outbox add constraint full_up check (false) not valid');
  await assert.rejects(report(id, PICKED_UP));
  await bed.deps.database.query('alter table delivery.outbox drop constraint full_up');
  assert.equal((await bed.getDelivery(id)).status, ASSIGNED);
  await report(id, PICKED_UP);
  assert.equal((await bed.told()).length, 1);
});

test('a repeated report is answered with its first result, and told once', async () => {
  const id = await deliveryAt(ASSIGNED);
  const request = { ...freshKey, deliveryId: id, status: PICKED_UP };
  const { idempotencyKey } = request;
  const send = () => bed.admin.reportDelivery({ ...request, idempotencyKey }, callBy(administrator));
  const [first] = await Promise.all([send(), send()]);
  await report(id, DELIVERED);
  assert.deepEqual(await send(), first);
  assert.equal((await bed.told()).length, 2);
});

test('administrators and our own processes report, nobody else', async () => {
  const id = await deliveryAt(ASSIGNED);
  const by = (identity: Parameters<typeof callBy>[0]) =>
    bed.admin.reportDelivery({ ...freshKey, deliveryId: id, status: PICKED_UP }, callBy(identity));
  await assert.rejects(by(anonymous), failsWith('UNAUTHENTICATED'));
  await assert.rejects(by(customer), failsWith('FORBIDDEN'));
  assert.equal((await bed.getDelivery(id)).status, ASSIGNED);
  assert.equal((await by(ownProcess)).delivery?.status, PICKED_UP);
  assert.equal((await by(administrator)).delivery?.status, PICKED_UP);
});

test('who may not report learns of no delivery whether there is one', async () => {
  await assert.rejects(report('999', PICKED_UP, customer), failsWith('FORBIDDEN'));
});

test('a report that says nothing is refused with what is wrong', async () => {
  const request = { idempotencyKey: '', deliveryId: 'x', status: UNSPECIFIED };
  await assert.rejects(
    bed.admin.reportDelivery(request, callBy(administrator)),
    violates('idempotencyKey', 'deliveryId', 'status'),
  );
  for (const status of [REQUESTED, ASSIGNED]) await assert.rejects(report('1', status), violates('status'));
});
