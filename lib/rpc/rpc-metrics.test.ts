import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMetrics } from '../telemetry/metrics.ts';
import { createRpcMetrics } from './rpc-metrics.ts';
import { testCall } from './test-call.ts';

const { method } = testCall();

test('durations are in seconds, by service, method, code and side; undeclared errors are counted', async () => {
  const processMetrics = createMetrics();
  const metrics = createRpcMetrics(processMetrics);
  metrics.call(method, 'server', 'OK', 250);
  metrics.undeclared(method, 'EMAIL_TAKEN');
  metrics.undeclared(method, 'EMAIL_TAKEN');
  const text = await processMetrics.text();
  const labels = 'service="tiffin.shop.v1.ShopService",method="AddReview",code="OK",side="server"';
  assert.ok(text.includes(`tiffin_rpc_duration_seconds_sum{${labels}} 0.25`), text);
  assert.match(text, /tiffin_rpc_undeclared_errors_total\{[^}]*code="EMAIL_TAKEN"\} 2/);
});

test('retries are counted by service and outcome', async () => {
  const processMetrics = createMetrics();
  const metrics = createRpcMetrics(processMetrics);
  metrics.retry(method, 'failed');
  metrics.retry(method, 'failed');
  metrics.retry(method, 'no_budget');
  const text = await processMetrics.text();
  const service = 'service="tiffin.shop.v1.ShopService"';
  assert.ok(text.includes(`tiffin_rpc_retries_total{${service},outcome="failed"} 2`), text);
  assert.ok(text.includes(`tiffin_rpc_retries_total{${service},outcome="no_budget"} 1`), text);
});
