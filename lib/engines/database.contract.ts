import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { defineEntity, p } from '@mikro-orm/core';
import { Migration } from '@mikro-orm/migrations';
import type { Database, DatabaseOptions } from './database.ts';
import { isOptimisticLockFailure, isUniqueViolation } from './database-errors.ts';

/** Ten accounts of 100 each; transfers never change the sum, so a wrong sum shows uncommitted data. */
const ACCOUNTS = 10;
const START_BALANCE = 100;
const TRANSFERS = 50;
const READERS = 4;

export const Wallet = defineEntity({
  name: 'Wallet',
  properties: {
    id: p.bigint().primary(),
    holder: p.string(),
    balance: p.integer(),
    version: p.integer().version(),
  },
});

export class CreateWallets extends Migration {
  override up(): void {
    const { schema } = this.config.getAll();
    this.addSql(`create table "${schema}"."wallet" (id bigint primary key, holder text not null,
      balance int not null, version int not null default 1, constraint wallet_holder unique (holder))`);
    this.addSql(`insert into "${schema}"."wallet" (id, holder, balance)
      select n, 'holder ' || n, ${START_BALANCE} from generate_series(1, ${ACCOUNTS}) n`);
  }
}

/** How the suite gets its engine. `open` may be called several times and means the same database each time. */
export interface DatabaseUnderTest {
  open(options: Pick<DatabaseOptions, 'schema' | 'entities' | 'migrations'>): Promise<Database>;
  close(): Promise<void>;
}

/** Opens the suite's tables in a schema of their own. */
export const openWallets = (engine: DatabaseUnderTest, schema: string) =>
  engine.open({ schema, entities: [Wallet], migrations: [CreateWallets] });

/** What every engine must do alike. */
export function describeDatabase(name: string, start: () => Promise<DatabaseUnderTest>): void {
  describe(`database on ${name}`, () => {
    let engine: DatabaseUnderTest;
    let database: Database;
    before(async () => {
      engine = await start();
      database = await openWallets(engine, 'bank');
    });
    after(async () => {
      await database.close();
      await engine.close();
    });
    const sum = async () => {
      const [row] = await database.query<{ total: string }>('select sum(balance) as total from bank.wallet');
      return Number(row?.total);
    };

    it('migrates once, into the schema of the service, the table of migrations included', async () => {
      const again = await openWallets(engine, 'bank');
      await again.close();
      const tables = await database.query<{ table_name: string }>(
        "select table_name from information_schema.tables where table_schema = 'bank' order by 1",
      );
      assert.deepEqual(
        tables.map((table) => table.table_name),
        ['migration', 'wallet'],
      );
      assert.equal((await database.query('select 1 from bank.migration')).length, 1);
      assert.equal(await sum(), ACCOUNTS * START_BALANCE);
    });

    it('keeps two services with a table of the same name apart', async () => {
      const other = await openWallets(engine, 'casino');
      await other.transaction((em) => em.nativeDelete(Wallet, {}));
      assert.equal(await other.fork().count(Wallet), 0);
      assert.equal(await database.fork().count(Wallet), ACCOUNTS);
      await other.close();
    });

    it('gives rows of the same types', async () => {
      const [row] = await database.query(
        `select 7::int8 as small, 9007199254740993::int8 as large, '{1,2}'::int8[] as list, 1.50::numeric as price,
           '\\x00ff'::bytea as bytes, '{"a":1}'::jsonb as json, true as yes, 5::int4 as int, null as nothing`,
      );
      assert.deepEqual(row, {
        small: '7',
        large: '9007199254740993',
        list: ['1', '2'],
        price: '1.50',
        bytes: Buffer.from([0, 255]),
        json: { a: 1 },
        yes: true,
        int: 5,
        nothing: null,
      });
      const wallet = await database.fork().findOneOrFail(Wallet, { id: 1n });
      assert.equal(wallet.id, 1n);
    });

    it('never shows uncommitted data while transactions commit and roll back side by side', async () => {
      const balances = async () =>
        (await database.query<{ balance: number }>('select balance from bank.wallet order by id')).map(
          (wallet) => wallet.balance,
        );
      const expected = await balances();
      const transfer = (index: number) =>
        database.transaction(async (em) => {
          const fails = index % 2 === 0;
          // Always from the lower id to the higher, or a real server would find deadlocks.
          const from = index % (ACCOUNTS - 1);
          const move = 'update bank.wallet set balance = balance + ? where id = ?';
          await em.execute(move, [-7, from + 1]);
          await em.execute(move, [7, from + 2]);
          if (fails) throw new Error('changed my mind');
          expected[from] = (expected[from] ?? 0) - 7;
          expected[from + 1] = (expected[from + 1] ?? 0) + 7;
        });
      let finished = false;
      const sums = new Set<number>();
      const read = async () => {
        while (!finished) sums.add(await sum());
      };
      const readers = Array.from({ length: READERS }, read);
      const results = await Promise.allSettled(
        Array.from({ length: TRANSFERS }, (_, index) => transfer(index)),
      );
      finished = true;
      await Promise.all(readers);
      const failures = results.filter((result) => result.status === 'rejected');
      assert.deepEqual(
        [...new Set(failures.map((failure) => String(failure.reason)))],
        ['Error: changed my mind'],
      );
      assert.equal(failures.length, TRANSFERS / 2);
      assert.deepEqual([...sums], [ACCOUNTS * START_BALANCE]);
      assert.deepEqual(await balances(), expected);
    });

    it('rolls a savepoint back alone', async () => {
      await database.transaction(async (em) => {
        await em.execute("update bank.wallet set holder = 'outer' where id = 3");
        await em
          .transactional(async (inner) => {
            await inner.execute("update bank.wallet set holder = 'inner' where id = 4");
            throw new Error('inner');
          })
          .catch(() => {});
      });
      const rows = await database.query('select holder from bank.wallet where id in (3, 4) order by id');
      assert.deepEqual(rows, [{ holder: 'outer' }, { holder: 'holder 4' }]);
    });

    it('recognises a unique violation and its constraint, without the values of the row', async () => {
      const insert = () =>
        database.transaction(async (em) => {
          em.create(Wallet, { id: 77n, holder: 'holder 2', balance: 0, version: 1 });
        });
      await assert.rejects(insert, (error: Error) => {
        assert.ok(isUniqueViolation(error));
        assert.ok(isUniqueViolation(error, 'wallet_holder'));
        assert.ok(isUniqueViolation(new Error('wrapped', { cause: error }), 'wallet_holder'));
        assert.ok(!isUniqueViolation(error, 'wallet_pkey'));
        assert.ok(!isOptimisticLockFailure(error));
        const everything = JSON.stringify(error, Object.getOwnPropertyNames(error)) + error.stack;
        assert.doesNotMatch(everything, /holder 2/);
        return true;
      });
      assert.ok(!isUniqueViolation(new Error('23505')));
    });

    it('does not repeat a value that it cannot read', async () => {
      const read = 'select cast(? as text)::integer';
      const attempts = [
        () => database.query(read, ['hunter2']),
        () => database.fork().execute(read, ['hunter2']),
        () => database.transaction((em) => em.execute(read, ['hunter2'])),
      ];
      for (const attempt of attempts) {
        await assert.rejects(attempt, (error: Error & { code?: unknown }) => {
          assert.equal(error.code, '22P02');
          assert.match(error.message, /integer: "…"/);
          const everything = JSON.stringify(error, Object.getOwnPropertyNames(error)) + error.stack;
          assert.doesNotMatch(everything, /hunter2/);
          return true;
        });
      }
    });

    it('recognises that somebody else was faster', async () => {
      const change = database.transaction(async (em) => {
        const wallet = await em.findOneOrFail(Wallet, { id: 5n });
        wallet.balance += 1;
        await em.execute('update bank.wallet set version = version + 1 where id = 5');
      });
      await assert.rejects(change, isOptimisticLockFailure);
    });

    it('does not acknowledge a transaction in which a swallowed error undid everything', async () => {
      const change = database.transaction(async (em) => {
        await em.execute("update bank.wallet set holder = 'lost' where id = 6");
        await em.execute('select 1 / 0').catch(() => {});
      });
      await assert.rejects(change, { name: 'CommitRolledBack' });
      await database.ping();
    });

    it('commits nothing after the deadline, nor for a caller who went away', async () => {
      const rename = (em: { execute(sql: string): Promise<unknown> }) =>
        em.execute("update bank.wallet set holder = 'late' where id = 8");
      const deadlineMs = Date.now() + 20;
      const late = database.transaction(
        async (em) => {
          await rename(em);
          while (Date.now() < deadlineMs) await em.execute('select 1');
        },
        { deadlineMs },
      );
      await assert.rejects(late, { name: 'TransactionTimeout' });
      const caller = new AbortController();
      const gone = database.transaction(
        async (em) => {
          await rename(em);
          caller.abort(new Error('gone'));
        },
        { signal: caller.signal },
      );
      await assert.rejects(gone, { message: /gone/ });
      const rows = await database.query("select 1 from bank.wallet where holder = 'late'");
      assert.equal(rows.length, 0);
    });

    it('refuses to write in a read-only transaction', async () => {
      const write = database
        .fork()
        .transactional((em) => em.execute('delete from bank.wallet'), { readOnly: true });
      await assert.rejects(write, { code: '25006' });
    });
  });
}
