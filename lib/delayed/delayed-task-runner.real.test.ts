import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../clock/clock.ts';
import { type Database, openDatabase } from '../engines/database.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { createRealPostgres, type RealPostgres } from '../testing/real-postgres.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import { createDelayedTaskRunner } from './delayed-task-runner.ts';
import { createDelayedTasks } from './delayed-tasks.ts';
import { addTasks, laterSchema, readEffects, writeEffect } from './delayed-test-bed.ts';

const TASKS = 2_000;
const WAIT_MS = 60_000;

let server: RealPostgres;
/** As many processes: each has connections of its own. */
const databases: Database[] = [];
before(async () => {
  server = await createRealPostgres();
  for (let n = 0; n < 2; n++) databases.push(await openDatabase({ ...laterSchema, url: server.url }));
});
after(async () => {
  for (const database of databases) await database.close();
  await server.drop();
});

test(`two runners share ${TASKS} tasks: each is done once, none before its time, and both do their part`, async () => {
  const [first] = databases;
  assert.ok(first);
  const tasks = createDelayedTasks({ schema: 'later' });
  const metrics = createMetrics();
  const stop = new AbortController();
  const calls: { key: string; runner: string; lateMs: number }[] = [];
  const dueMs = Date.now() + 6_500;
  await addTasks(first, TASKS, dueMs);
  const running = databases.map((database, n) => {
    const runner = `runner ${n}`;
    const ring = createDelayedTaskRunner({
      database,
      clock: systemClock,
      logger: silentLogger,
      metrics,
      handlers: {
        async ring(task) {
          calls.push({ key: task.key, runner, lateMs: Date.now() - task.dueMs });
          await database.transaction(async (em) => {
            if (await tasks.complete(em, task)) await writeEffect(em, task.key, runner);
          });
        },
      },
    });
    return ring.run(stop.signal);
  });
  const countLeft = async () => (await first.query('select 1 from later.delayed_task limit 1')).length;
  for (const endMs = Date.now() + WAIT_MS; (await countLeft()) > 0; await delay(50)) {
    assert.ok(Date.now() < endMs, `${calls.length} tasks were done`);
  }
  const tookMs = Date.now() - dueMs;
  stop.abort();
  await Promise.all(running);
  assert.equal(calls.length, TASKS);
  assert.deepEqual(await readEffects(first), { keys: TASKS, effects: TASKS });
  const lateMs = calls.map((call) => call.lateMs).sort((a, b) => a - b);
  assert.ok((lateMs[0] ?? -1) >= 0 && (lateMs[0] ?? 0) < 1_000, `the first came ${lateMs[0]} ms late`);
  for (const n of [0, 1]) {
    const part = calls.filter(({ runner }) => runner === `runner ${n}`).length;
    assert.ok(part > TASKS / 10, `runner ${n} did ${part} in ${tookMs} ms`);
  }
  assert.doesNotMatch(await metrics.text(), /outcome="failed"\} [1-9]|failed_rounds_total\{[^}]*\} [1-9]/);
});
