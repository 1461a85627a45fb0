import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { defineTopic } from '../events/topic.ts';
import type { RunningService } from '../service/service.ts';
import { startProcess } from './run-process.ts';
import { rolesOf, select } from './selection.ts';
import type { Topology } from './topology.ts';

/** A whole platform that is one service. */
async function startService(
  roles: ('api' | 'jobs' | 'tasks')[],
  service: Partial<RunningService>,
  hasDatabase = true,
  settings: Record<string, string> = {},
) {
  const topology: Topology = {
    probe: {
      kind: 'service',
      start: async () => ({ rpc: [], stop: async () => {}, ...service }),
      roles,
      usesEvents: true,
      hasDatabase,
      port: 0,
      calls: [],
    },
  };
  const dataDir = mkdtempSync(join(tmpdir(), 'tiffin-roles-'));
  const env = { DATA_DIR: dataDir, LOG_LEVEL: 'silent', OPS_PORT: '0', ...settings };
  const running = await startProcess(topology, select(rolesOf(topology), ['probe']), env, {
    processEvents: { on() {}, off() {}, exit() {} },
    write() {},
  }).catch((error) => {
    rmSync(dataDir, { recursive: true });
    throw error;
  });
  return {
    hasPostgres: existsSync(join(dataDir, 'postgres')),
    async stop() {
      await running.stop();
      rmSync(dataDir, { recursive: true });
    },
  };
}

const job = {
  consumer: 'probe.reader',
  topic: defineTopic({ name: 'probe.seen.v1', class: 'durable', codec: {} as never }),
  handle: async () => {},
};

test('a service whose parts are not the roles that the topology gives it does not start', async () => {
  const parts: [('api' | 'jobs' | 'tasks')[], Partial<RunningService>][] = [
    [['api', 'jobs'], {}],
    [['api'], { jobs: [job], tasks: [] }],
  ];
  for (const [roles, service] of parts) {
    let isStopped = false;
    const stop = async () => {
      isStopped = true;
    };
    await assert.rejects(startService(roles, { ...service, stop }), {
      name: 'StartError',
      message: `probe could not start: its parts are not the roles that the topology gives it: ${roles.join(', ')}.`,
    });
    assert.equal(isStopped, true);
  }
});

test('a port that is taken is told before anything starts', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  let hasStarted = false;
  const service = {
    get rpc() {
      hasStarted = true;
      return [];
    },
  };
  await assert.rejects(startService(['api'], service, true, { OPS_PORT: String(port) }), {
    name: 'ConfigError',
    message: `The configuration has one error:\n  OPS_PORT: port ${port} on 127.0.0.1 is taken. Set it to another one.`,
  });
  assert.equal(hasStarted, false);
  other.close();
});

test('a database is opened for those that have one', async () => {
  for (const hasDatabase of [true, false]) {
    const running = await startService(['api'], {}, hasDatabase);
    assert.equal(running.hasPostgres, hasDatabase);
    await running.stop();
  }
});

test('tasks run from the end of the start until the stop, before the service itself stops', async () => {
  const seen: string[] = [];
  const running = await startService(['api', 'jobs', 'tasks'], {
    jobs: [job],
    tasks: [
      {
        name: 'probe',
        beforeReady: async () => void seen.push('before ready'),
        async run(signal) {
          seen.push('runs');
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
          seen.push('ended');
        },
      },
    ],
    stop: async () => void seen.push('service stopped'),
  });
  await running.stop();
  assert.deepEqual(seen, ['before ready', 'runs', 'ended', 'service stopped']);
});
