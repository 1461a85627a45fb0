import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { openWallets, Wallet } from './database.contract.ts';
import { openDatabase } from './database.ts';
import { type EmbeddedPostgres, openEmbeddedPostgres } from './embedded-postgres.ts';

const openBank = (embedded: EmbeddedPostgres) =>
  openWallets(
    { open: (options) => openDatabase({ ...options, embedded }), close: () => embedded.close() },
    'bank',
  );

const MAX_WAIT_MS = 500;
const ROWS_BEFORE_KILL = 30;

describe('embedded PostgreSQL in memory', () => {
  it('tells a transaction that waits for itself, instead of hanging', async () => {
    const clock = new VirtualClock();
    const embedded = await openEmbeddedPostgres({ clock, maxWaitMs: MAX_WAIT_MS });
    const database = await openBank(embedded);
    const stuck = database.transaction(async () => {
      const read = database.fork().count(Wallet);
      setImmediate(() => clock.advance(MAX_WAIT_MS));
      return read;
    });
    await assert.rejects(stuck, { message: /own EntityManager/ });
    await database.ping();
    await database.close();
    await embedded.close();
    await embedded.close();
  });
});

describe('embedded PostgreSQL on disk', () => {
  let dataDir: string;
  before(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'tiffin-embedded-'));
  });
  after(() => rmSync(dataDir, { recursive: true, force: true }));

  it('starts over when a process was killed while it made the folder', async () => {
    mkdirSync(join(dataDir, 'postgres.new', 'base'), { recursive: true });
    const embedded = await openEmbeddedPostgres({ dataDir });
    await assert.rejects(openEmbeddedPostgres({ dataDir }), { name: 'DataDirectoryOwned' });
    await embedded.close();
    assert.ok(!existsSync(join(dataDir, 'postgres.new')));
  });

  it('has every commit that it acknowledged before SIGKILL', async () => {
    const module = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);
    const script = `
      import { openEmbeddedPostgres } from ${module('./embedded-postgres.ts')};
      import { openDatabase } from ${module('./database.ts')};
      import { openWallets, Wallet } from ${module('./database.contract.ts')};
      const embedded = await openEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)} });
      const database = await openWallets({ open: (options) => openDatabase({ ...options, embedded }) }, 'bank');
      for (let id = 1000n; ; id++) {
        await database.transaction(async (em) => {
          em.create(Wallet, { id, holder: 'new ' + id, balance: 1, version: 1 });
        });
        console.log(String(id));
      }`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const acknowledged: string[] = [];
    for await (const line of createInterface(child.stdout)) {
      acknowledged.push(line);
      if (acknowledged.length === ROWS_BEFORE_KILL) child.kill('SIGKILL');
    }
    if (child.signalCode === null) await once(child, 'exit');
    assert.equal(child.signalCode, 'SIGKILL');

    const embedded = await openEmbeddedPostgres({ dataDir });
    const database = await openBank(embedded);
    const rows = await database.query<{ id: string }>('select id from bank.wallet where id >= 1000');
    const kept = new Set(rows.map((row) => row.id));
    assert.deepEqual(
      acknowledged.filter((id) => !kept.has(id)),
      [],
    );
    await database.close();
    await embedded.close();
  });
});
