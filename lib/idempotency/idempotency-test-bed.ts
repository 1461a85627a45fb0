import { Migration } from '@mikro-orm/migrations';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Clock } from '../clock/clock.ts';
import { VirtualClock } from '../clock/virtual-clock.ts';
import type { Database, DatabaseOptions } from '../engines/database.ts';
import type { CallContext } from '../rpc/call-context.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { callBy, userWith } from '../testing/call-by.ts';
import { openTestDatabase } from '../testing/test-database.ts';
import { createIdempotency, type Idempotency, type KeyedUse } from './idempotency.ts';
import type { KeyOutcome } from './idempotency-metrics.ts';
import { idempotencyTableSql } from './idempotency-table.ts';

/** What the use case under test does: it writes a note, and answers with it. */
export interface Note {
  readonly id: number;
  readonly text: string;
}

interface NoteRequest {
  readonly idempotencyKey: string;
  readonly text: string;
}

/** An rpc whose messages travel as JSON. */
export const writeNote = {
  path: '/test.Notes/WriteNote',
  requestStream: false,
  responseStream: false,
  requestSerialize: (value: NoteRequest) => Buffer.from(JSON.stringify(value)),
  requestDeserialize: (value: Buffer): NoteRequest => JSON.parse(value.toString()),
  responseSerialize: (value: { note: Note }) => Buffer.from(JSON.stringify(value)),
  responseDeserialize: (value: Buffer): { note: Note } => JSON.parse(value.toString()),
} as const;

/** Another operation with the same messages. */
export const copyNote = { ...writeNote, path: '/test.Notes/CopyNote' } as const;

class CreateNotes extends Migration {
  override readonly name = 'create-notes';

  override up(): void {
    this.addSql('create table notes.note (id serial primary key, text text not null)');
    for (const sql of idempotencyTableSql('notes')) this.addSql(sql);
  }
}

export interface NotesTestBed {
  readonly database: Database;
  readonly clock: VirtualClock;
  /** Every statement outside of a transaction; tests empty it. */
  readonly statements: string[];
  /** One more process: it knows of the others' calls only what stands in the database. */
  openProcess(options?: { readonly clock?: Clock; readonly database?: Database }): NotesProcess;
  /** How many calls, of all processes, came to an outcome so far. */
  calls(): Promise<Partial<Record<KeyOutcome, number>>>;
  /** How many notes have the text. */
  count(text: string): Promise<number>;
  /** What a call comes to while the clocks move on. */
  inTime<Answer>(call: Promise<Answer>, ...clocks: VirtualClock[]): Promise<Answer>;
  stop(): Promise<void>;
}

export interface NotesProcess {
  readonly idempotency: Idempotency;
  /** Writes a note under a key; `change` replaces parts of the use case. */
  write(key: string, text: string, change?: Partial<KeyedUse<Note, never>>, by?: CallContext): Promise<Note>;
}

export const ann = callBy(userWith('7', 'CUSTOMER'));
export const bob = callBy(userWith('8', 'CUSTOMER'));

/** The one effect of the use case. */
export async function insertNote(em: EntityManager, text: string): Promise<Note> {
  const [note] = await em.execute<Note[]>('insert into notes.note (text) values (?) returning id, text', [
    text,
  ]);
  if (!note) throw new Error('The note was not inserted.');
  return { ...note };
}

/** Without an engine, in memory. */
export async function createNotesTestBed(
  engine?: Pick<DatabaseOptions, 'url' | 'poolSize'>,
): Promise<NotesTestBed> {
  const schema = { schema: 'notes', entities: [], migrations: [CreateNotes] };
  const { database, statements, stop } = await openTestDatabase(schema, engine);
  const clock = new VirtualClock();
  const metrics = createMetrics();
  return {
    database,
    clock,
    statements,
    openProcess(options = {}) {
      const idempotency = createIdempotency({ database, clock, metrics, ...options });
      return { idempotency, write: writeWith(idempotency) };
    },
    async calls() {
      const lines = (await metrics.text()).matchAll(
        /^tiffin_idempotency_calls_total\{service="test.Notes",method="WriteNote",outcome="(\w+)"\} (\d+)$/gm,
      );
      return Object.fromEntries(Array.from(lines, ([, outcome, count]) => [outcome, Number(count)]));
    },
    async count(text) {
      return (await database.query('select 1 from notes.note where text = ?', [text])).length;
    },
    async inTime(call, ...clocks) {
      let isSettled = false;
      const settled = call.finally(() => {
        isSettled = true;
      });
      settled.catch(() => {});
      while (!isSettled) for (const one of [clock, ...clocks]) await one.advance(5);
      return settled;
    },
    stop,
  };
}

export function writeWith(idempotency: Idempotency): NotesProcess['write'] {
  return async (key, text, change = {}, by = ann) => {
    const { note } = await idempotency.run(writeNote, { idempotencyKey: key, text }, by, {
      execute: (effect) => effect((em) => insertNote(em, text)),
      respond: (written: Note) => ({ note: written }),
      ...change,
    });
    return note;
  };
}

/**
 * The control: a database in which nothing is kept in the transaction of the effect, and nobody is fenced off. With it,
 * whatever the tests of the two mechanisms claim must not hold.
 */
export function withoutKeeping(database: Database): Database {
  const forgetful = (em: EntityManager) =>
    new Proxy(em, {
      get(target, name) {
        const value = Reflect.get(target, name, target);
        if (name !== 'execute') return typeof value === 'function' ? value.bind(target) : value;
        return (sql: string, parameters: unknown[]) =>
          sql.includes('idempotency_key') ? Promise.resolve([{}]) : target.execute(sql, parameters);
      },
    });
  return {
    ...database,
    transaction: (work, budget) => database.transaction((em) => work(forgetful(em)), budget),
  };
}
