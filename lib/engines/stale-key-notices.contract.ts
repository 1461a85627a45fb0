import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { Migration } from '@mikro-orm/migrations';
import type { Database, DatabaseOptions } from './database.ts';
import { staleKeySqlState } from './stale-key-state.ts';

class CreateMarks extends Migration {
  override up(): void {
    const { schema } = this.config.getAll();
    this.addSql(`create function "${schema}".mark(key text, state text default '${staleKeySqlState}')
      returns void language plpgsql as $$ begin raise notice using message = key, errcode = state; end $$`);
    this.addSql(`create table "${schema}".seat (id int primary key, guest int,
      constraint one_seat unique (guest) deferrable initially deferred)`);
    this.addSql(`insert into "${schema}".seat values (1, 1), (2, 2)`);
  }
}

/** How the suite gets its engine; the test of its file closes what was opened. */
export type OpenMarks = (
  options: Pick<DatabaseOptions, 'schema' | 'entities' | 'migrations' | 'onStaleKeys' | 'warn'>,
) => Promise<Database>;

/** What every engine must tell of the keys that a commit makes stale. */
export function describeStaleKeyNotices(name: string, open: OpenMarks, close: () => Promise<void>): void {
  describe(`stale keys on ${name}`, () => {
    let database: Database;
    const told: (readonly string[])[] = [];
    const warnings: string[] = [];
    let whenTold = async () => {};
    before(async () => {
      database = await open({
        schema: 'stale',
        entities: [],
        migrations: [CreateMarks],
        async onStaleKeys(keys) {
          told.push(keys);
          await whenTold();
        },
        warn: (message) => warnings.push(message),
      });
    });
    after(async () => {
      await database.close();
      await close();
    });
    beforeEach(() => {
      told.length = 0;
      warnings.length = 0;
      whenTold = async () => {};
    });
    const mark = (key: string) => `select stale.mark('${key}')`;
    /** After whatever went wrong: keys of before would come with these. */
    const nothingIsLeft = async () => {
      assert.deepEqual(told, []);
      await Promise.all(
        Array.from({ length: 4 }, () => database.transaction((em) => em.execute('select 1'))),
      );
      assert.deepEqual(told, []);
    };

    it('tells the distinct keys of a transaction once it has committed', async () => {
      await database.transaction(async (em) => {
        for (const key of ['a', 'b', 'a']) await em.execute(mark(key));
        await em.execute(`select stale.mark('no key', '01000')`);
        assert.deepEqual(told, []);
      });
      assert.deepEqual(told, [['a', 'b']]);
    });

    it('has the caller wait until they were told', async () => {
      const gate = Promise.withResolvers<void>();
      const begun = Promise.withResolvers<void>();
      whenTold = () => {
        begun.resolve();
        return gate.promise;
      };
      let isOver = false;
      const committing = database
        .transaction((em) => em.execute(mark('a')))
        .then(() => {
          isOver = true;
        });
      await begun.promise;
      await new Promise(setImmediate);
      assert.equal(isOver, false);
      gate.resolve();
      await committing;
    });

    it('tells nothing of what was rolled back', async () => {
      const change = database.transaction(async (em) => {
        await em.execute(mark('a'));
        throw new Error('changed my mind');
      });
      await assert.rejects(change, /changed my mind/);
      await nothingIsLeft();
    });

    it('tells nothing of a commit that failed', async () => {
      const sameGuest = database.transaction(async (em) => {
        await em.execute(mark('a'));
        await em.execute('update stale.seat set guest = 1 where id = 2');
      });
      await assert.rejects(sameGuest, { code: '23505' });
      const swallowed = database.transaction(async (em) => {
        await em.execute(mark('b'));
        await em.execute('select 1 / 0').catch(() => {});
      });
      await assert.rejects(swallowed, { name: 'CommitRolledBack' });
      await nothingIsLeft();
    });

    it('tells what stands beside a savepoint that was rolled back', async () => {
      await database.transaction(async (em) => {
        await em.execute(mark('outer'));
        await em
          .transactional(async (inner) => {
            await inner.execute(mark('inner'));
            throw new Error('inner');
          })
          .catch(() => {});
        assert.deepEqual(told, []);
      });
      assert.equal(told.length, 1);
      assert.ok(told[0]?.includes('outer'));
    });

    it('tells the keys of a statement outside of a transaction at once, if it succeeds', async () => {
      await database.query('select stale.mark(?)', ['a']);
      await database.fork().execute(mark('b'));
      assert.deepEqual(told, [['a'], ['b']]);
      told.length = 0;
      await assert.rejects(database.query(`${mark('c')}; select 1 / 0`), { code: '22012' });
      await nothingIsLeft();
    });

    it('does not mix the keys of two who write at once', async () => {
      const names = Array.from({ length: 8 }, (_, index) => `writer ${index}`);
      await Promise.all(
        names.map((name, index) =>
          database
            .transaction(async (em) => {
              for (let n = 0; n < 3; n++) await em.execute(mark(`${name}, ${n}`));
              if (index % 2 === 1) throw new Error('no');
            })
            .catch(() => {}),
        ),
      );
      const expected = names.filter((_, index) => index % 2 === 0);
      assert.deepEqual(
        told.toSorted(),
        expected.map((name) => [`${name}, 0`, `${name}, 1`, `${name}, 2`]),
      );
    });

    it('leaves what is too much for one commit to the sweeper, with a warning', async () => {
      await database.transaction((em) =>
        em.execute('select stale.mark(n::text) from generate_series(1, 10001) as n'),
      );
      assert.deepEqual(
        told.map((keys) => keys.length),
        [10_000],
      );
      assert.match(warnings.join(), /more than 10000 keys/);
    });

    it('does not undo what was committed because nobody could be told', async () => {
      whenTold = () => Promise.reject(new Error('deaf'));
      await database.transaction((em) => em.execute(mark('a')));
      assert.deepEqual(told, [['a']]);
      assert.match(warnings.join(), /deaf/);
    });
  });
}
