import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { callBy } from '@tiffin/lib/testing/call-by';
import { freshKey } from '@tiffin/lib/testing/fresh-key';
import { createRealPostgres, type RealPostgres } from '@tiffin/lib/testing/real-postgres';
import { DeliveryStatus } from '@tiffin/proto/gen/tiffin/delivery/v1/delivery';
import { administrator, createDeliveryTestBed, type DeliveryTestBed } from '../delivery-test-bed.ts';
import { createCourierCalls, leaseMs, maxCallsOfRound } from './call-couriers.ts';

/** Two processes of the service: each has its own connections to one server, on which transactions overlap. */
let postgres: RealPostgres;
let beds: [DeliveryTestBed, DeliveryTestBed];
before(async () => {
  postgres = await createRealPostgres();
  beds = await Promise.all([createDeliveryTestBed(postgres), createDeliveryTestBed(postgres, 1_000_000n)]);
});
after(async () => {
  await Promise.all(beds.map((bed) => bed.stop()));
  await postgres.drop();
});
beforeEach(async () => {
  for (const bed of beds) await bed.clear();
});

const references = ({ dispatch }: DeliveryTestBed) => dispatch.asked.map(({ request }) => request.reference);

test('two processes share 200 deliveries, and call for each once', async () => {
  const ids = await beds[0].pay(200);
  const work = async ({ deps }: DeliveryTestBed) => {
    const calls = createCourierCalls(deps);
    // As many rounds as one process alone would take, and one to spare.
    for (let round = 0; round <= ids.length / maxCallsOfRound; round++) await calls.round();
  };
  await Promise.all(beds.map(work));
  const shares = beds.map(references);
  assert.deepEqual(shares.flat().toSorted(), ids.toSorted());
  assert.ok(
    shares.every((share) => share.length > 0),
    'One did all the work.',
  );
  assert.deepEqual(
    (await beds[0].told()).map(({ deliveryId, version }) => `${deliveryId} ${version}`).toSorted(),
    ids.map((id) => `${id} 2`).toSorted(),
  );
});

test('a process that is cut off right before its commit has the call made again by another', async () => {
  const [id] = await beds[0].pay(1);
  const { deps } = beds[0];
  const cutOff = createCourierCalls({
    ...deps,
    outbox: {
      async add(em, event, context) {
        const eventId = await deps.outbox.add(em, event, context);
        await em.execute('select pg_terminate_backend(pg_backend_pid())');
        return eventId;
      },
    },
  });
  await assert.rejects(cutOff.round());
  const other = createCourierCalls(beds[1].deps);
  assert.equal(await other.round(), 0);
  await beds[1].clock.advance(leaseMs);
  assert.equal(await other.round(), 1);
  assert.deepEqual(beds.map(references), [[id], [id]]);
  assert.deepEqual(
    (await beds[1].told()).map(({ deliveryId, status }) => [deliveryId, status]),
    [[id, 'DELIVERY_STATUS_ASSIGNED']],
  );
});

test('a delivery that somebody has locked holds up no round, and is called for afterwards', async () => {
  const [id = '', other] = await beds[0].pay(2);
  await beds[0].deps.database.transaction(async (em) => {
    await em.execute('select id from delivery.delivery where id = ? for update', [id]);
    assert.equal(await createCourierCalls(beds[1].deps).round(), 1);
    assert.deepEqual(references(beds[1]), [other]);
  });
  assert.equal(await createCourierCalls(beds[1].deps).round(), 1);
  assert.equal((await beds[0].told()).length, 2);
});

test('of reports that race for a step one is told, and the others know it already', async () => {
  const [id = ''] = await beds[0].pay(1);
  await createCourierCalls(beds[0].deps).round();
  const reports = Array.from({ length: 10 }, (_, n) => {
    const bed = beds[n % 2 === 0 ? 0 : 1];
    const report = { ...freshKey, deliveryId: id, status: DeliveryStatus.PICKED_UP };
    return bed.admin.reportDelivery(report, callBy(administrator));
  });
  const answers = await Promise.all(reports);
  assert.deepEqual(new Set(answers.map(({ delivery }) => delivery?.version)), new Set([3]));
  assert.equal((await beds[0].told()).length, 2);
});
