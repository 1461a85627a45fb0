import { Migration } from '@mikro-orm/migrations';
import type { Clock } from '../../clock/clock.ts';
import { type Database, type DatabaseOptions, openDatabase } from '../../engines/database.ts';
import { openEmbeddedPostgres } from '../../engines/embedded-postgres.ts';
import { branchTableSql } from '../branch-rows.ts';
import { transactionTableSql } from '../transaction-rows.ts';
import { type BranchName, branchNames } from './random-schedule.ts';

/** A schema for the service that coordinates and one for each that takes part, in one database. */
export interface SqlSchemas {
  readonly orders: Database;
  readonly branches: Readonly<Record<BranchName, Database>>;
  clear(): Promise<void>;
  stop(): Promise<void>;
}

/** Accounts of a participant; transactions are spread over them, so that they rarely wait for each other. */
export const ACCOUNTS = 64;
export const ACCOUNT_AMOUNT = 1_000_000_000;

class CreateOrders extends Migration {
  override up(): void {
    for (const sql of transactionTableSql('orders')) this.addSql(sql);
    this.addSql('create table orders.purchase (id bigint primary key, state text not null)');
  }
}

/** `effect` has no key, so that what happens twice shows; nor has an account a check, so that controls can break it. */
function participantMigration(schema: BranchName) {
  return class CreateParticipant extends Migration {
    override up(): void {
      for (const sql of branchTableSql(schema)) this.addSql(sql);
      this.addSql(
        `create table ${schema}.account (id integer primary key, free bigint not null, held bigint not null, spent bigint not null)`,
      );
      this.addSql(
        `create table ${schema}.effect (transaction_id bigint not null, step text not null, amount bigint not null)`,
      );
    }
  };
}

export async function openSqlSchemas(clock: Clock, url?: string): Promise<SqlSchemas> {
  const embedded = url === undefined ? await openEmbeddedPostgres() : undefined;
  const open = (options: Pick<DatabaseOptions, 'schema' | 'migrations'>) =>
    openDatabase({
      ...{ ...options, entities: [], clock, poolSize: 8, statementTimeoutMs: 5_000 },
      ...(embedded ? { embedded } : { url }),
    });
  const orders = await open({ schema: 'orders', migrations: [CreateOrders] });
  const [stock, coupon, funds] = [
    await open({ schema: 'stock', migrations: [participantMigration('stock')] }),
    await open({ schema: 'coupon', migrations: [participantMigration('coupon')] }),
    await open({ schema: 'funds', migrations: [participantMigration('funds')] }),
  ];
  const branches = { stock, coupon, funds };
  return {
    orders,
    branches,
    async clear() {
      await orders.query('truncate orders.tcc_transaction, orders.purchase');
      for (const name of branchNames) {
        await orders.query(`truncate ${name}.tcc_branch, ${name}.account, ${name}.effect`);
        await orders.query(
          `insert into ${name}.account select n, ${ACCOUNT_AMOUNT}, 0, 0 from generate_series(0, ${ACCOUNTS - 1}) n`,
        );
      }
    },
    async stop() {
      for (const database of [orders, stock, coupon, funds]) await database.close();
      await embedded?.close();
    },
  };
}
