import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMetrics } from '../../telemetry/metrics.ts';
import { createConsumerLag } from './consumer-lag.ts';

test('lag is what the partitions of a consumer hold beyond what it has finished', async () => {
  const metrics = createMetrics();
  const lag = createConsumerLag(metrics, { topic: 'probe.made.v1', consumer: 'probe.reader' });
  const events = async () =>
    Number(
      /^tiffin_kafka_lag_events\{topic="probe.made.v1",consumer="probe.reader"\} (\d+)$/m.exec(
        await metrics.text(),
      )?.[1],
    );
  lag.see(0, '100', '150');
  lag.see(1, '9007199254740993', '9007199254740999');
  assert.equal(await events(), 56);
  lag.see(0, '149', '150');
  assert.equal(await events(), 7);
  lag.see(0, '150', '150');
  // A commit may come after the end was known anew.
  lag.see(1, '9007199254741000', '9007199254740999');
  assert.equal(await events(), 0);
  lag.see(0, '150', '160');
  lag.forget();
  assert.equal(await events(), 0);
});
