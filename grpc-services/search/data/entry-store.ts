import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from '@tiffin/lib/engines/database';
import type { IndexedEntry } from './entry.ts';

/** Rows of one statement. The embedded engine serves nobody else meanwhile. */
const maxRowsPerStatement = 250;
/** Instead of the server's time-out, which is meant for searches. */
const maxStatementMs = 20_000;
/** How long one entry waits for a reindex that is just being published. */
const maxPutMs = 5_000;
/** Entries that differ in nothing but the words of their bodies gain nothing by more of them. */
const maxWordsPerEntry = 500;

/** The right to fill the half of the index that nobody reads. Whoever comes later finds it taken until it lapses. */
export interface Claim {
  readonly no: number;
  readonly half: number;
}

/** The claim lapsed, and somebody else fills the index now. */
export class ClaimLost extends Error {
  override readonly name = 'ClaimLost';
}

/** Whether nothing was ever indexed. */
export async function isIndexEmpty(database: Database): Promise<boolean> {
  const [state] = await database.query<{ is_filled: boolean }>('select is_filled from search.index_state');
  return !state?.is_filled;
}

/** Takes the right to fill the idle half. Undefined while somebody else has it. */
export async function claimIdleHalf(
  database: Database,
  nowMs: number,
  untilMs: number,
): Promise<Claim | undefined> {
  const sql = `update search.index_state set claim = claim + 1, claimed_until = ? where claimed_until <= ?
    returning claim as no, 1 - live_half as half`;
  const [claim] = await database.query<Claim>(sql, [new Date(untilMs), new Date(nowMs)]);
  return claim;
}

/** Empties the claimed half of what a former reindex left there. */
export async function emptyHalf(database: Database, claim: Claim, untilMs: number): Promise<void> {
  // One table a transaction: whoever held the lock of one and waited for the other could wait for a search that holds
  // the other and waits for the one.
  for (const table of ['entry', 'word']) {
    await write(database, async (em) => {
      await keepClaim(em, claim, 'claimed_until = ?', [new Date(untilMs)]);
      await em.execute(`truncate search.${table}_${claim.half}`);
    });
  }
}

/** Into some halves. Whoever is late with an older version changes nothing. */
const insertSql = `insert into search.entry (half, kind, ref_id, name, body, words, version)
  select half, kind, ref_id, name, body, words::tsvector, version
  from unnest(?::smallint[]) as half,
    jsonb_to_recordset(?::jsonb)
      as given (kind smallint, ref_id bigint, name text, body text, words text, version integer)
  on conflict (half, kind, ref_id) do update set
    name = excluded.name, body = excluded.body, words = excluded.words, version = excluded.version
  where entry.version < excluded.version`;

/** Adds entries to the claimed half and renews the claim. An entry that is there already stays where it is as new. */
export async function addEntries(
  database: Database,
  claim: Claim,
  entries: readonly IndexedEntry[],
  untilMs: number,
): Promise<void> {
  for (let start = 0; start < entries.length; start += maxRowsPerStatement) {
    const rows = entries.slice(start, start + maxRowsPerStatement).map(toRow);
    await write(database, async (em) => {
      await keepClaim(em, claim, 'claimed_until = ?', [new Date(untilMs)]);
      await em.execute(insertSql, [`{${claim.half}}`, JSON.stringify(rows)]);
    });
  }
}

/** Lets searches read the claimed half from now on, and ends the claim. */
export function publishHalf(database: Database, claim: Claim): Promise<void> {
  return write(database, async (em) => {
    await keepClaim(em, claim, 'live_half = ?, is_filled = true, claimed_until = to_timestamp(0)', [
      claim.half,
    ]);
    await em.execute(
      `insert into search.word (half, word)
       select distinct ?::smallint, lexeme from search.entry_${claim.half}, unnest(tsvector_to_array(words)) as lexeme
       on conflict do nothing`,
      [claim.half],
    );
    // The embedded engine does not do it by itself, and a server does it too late.
    await em.execute(`analyze search.entry_${claim.half}, search.word_${claim.half}`);
  });
}

/**
 * Puts an entry into the index, or a newer version in its place. Into both halves: the one that is being filled may
 * have read the older version already, and the other is what searches read.
 */
export async function putEntry(em: EntityManager, entry: IndexedEntry): Promise<void> {
  await em.execute(`set local statement_timeout = ${maxPutMs}`);
  // Who writes into the index locks this row first, so writers never wait for each other in a circle.
  await em.execute('select from search.index_state for no key update');
  await em.execute(insertSql, ['{0,1}', JSON.stringify([toRow(entry)])]);
  await em.execute(
    `insert into search.word (half, word)
     select half, lexeme from unnest('{0,1}'::smallint[]) as half, unnest(tsvector_to_array(?::tsvector)) as lexeme
     on conflict do nothing`,
    [toTsvector(entry.nameWords, entry.bodyWords)],
  );
}

/** The version in which searches find a shop or goods; undefined where they do not. */
export async function findIndexedVersion(
  database: Database,
  { kind, refId }: Pick<IndexedEntry, 'kind' | 'refId'>,
): Promise<number | undefined> {
  const sql = `select version from search.entry
    where half = (select live_half from search.index_state) and kind = ? and ref_id = ?`;
  const [entry] = await database.query<{ version: number }>(sql, [kind, refId]);
  return entry?.version;
}

/** Ends a claim without a result, so that nobody waits for it to lapse. */
export async function dropClaim(database: Database, claim: Claim): Promise<void> {
  const sql = 'update search.index_state set claimed_until = to_timestamp(0) where claim = ?';
  await database.query(sql, [claim.no]);
}

/** The lock on the row lets nobody else claim before the transaction ends. */
async function keepClaim(
  em: EntityManager,
  { no }: Claim,
  change: string,
  parameters: readonly unknown[],
): Promise<void> {
  const sql = `update search.index_state set ${change} where claim = ? returning claim`;
  const rows = await em.execute<unknown[]>(sql, [...parameters, no]);
  if (rows.length === 0) throw new ClaimLost('Another reindex fills the index now.');
}

function write<T>(database: Database, work: (em: EntityManager) => Promise<T>): Promise<T> {
  return database.transaction(async (em) => {
    await em.execute(`set local statement_timeout = ${maxStatementMs}`);
    return work(em);
  });
}

function toRow({ kind, refId, name, body, version, nameWords, bodyWords }: IndexedEntry) {
  return { kind, ref_id: refId, name, body, version, words: toTsvector(nameWords, bodyWords) };
}

/** Written out, because PostgreSQL's parser sees other words than ours: "and/or" is a file name to it. */
function toTsvector(nameWords: readonly string[], bodyWords: readonly string[]): string {
  const inName = new Set(nameWords);
  const inBody = new Set(bodyWords).difference(inName);
  const lexemes = [...[...inName].map((word) => `'${word}':1A`), ...[...inBody].map((word) => `'${word}':1`)];
  return lexemes.slice(0, maxWordsPerEntry).join(' ');
}
