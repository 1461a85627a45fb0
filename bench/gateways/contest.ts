import type { Arena, Entrant } from './arena.ts';
import type { Posting } from './ask.ts';
import type { BenchSettings } from './bench-settings.ts';
import { type Comparison, compareAnswers, differs, referenceAnswers } from './compare-answers.ts';
import { type ContenderId, contenders } from './contender.ts';
import type { Cores } from './cores.ts';
import { countedLoop } from './counted-loop.ts';
import { findUsers } from './find-users.ts';
import type { Load } from './load.ts';
import { measureRound, type Round } from './measure-round.ts';
import { rotated } from './rotated.ts';
import { type BenchOperation, benchOperations } from './workload.ts';

/** One row of the report for one operation. */
export interface Row {
  readonly id: ContenderId;
  readonly title: string;
  readonly comparison: Comparison;
  /** Requests before the first round. */
  readonly warmUp: WarmedUp;
  readonly rounds: readonly Round[];
}

export interface WarmedUp {
  readonly requests: number;
  /** As many to everybody, but for those whose time for it was over before. */
  readonly requestsWanted: number;
}

export interface OperationResult {
  readonly name: string;
  readonly title: string;
  /** Of the answers, on average. */
  readonly responseBytes: number;
  readonly rows: readonly Row[];
}

export interface ContestOptions {
  readonly arena: Arena;
  readonly settings: BenchSettings;
  readonly cores: Cores;
  readonly load: Load;
  readonly print: (line: string) => void;
}

/** An operation with what is sent for it and what must come. */
interface Prepared {
  readonly operation: BenchOperation;
  readonly postings: readonly Posting[];
  readonly expected: readonly string[];
  readonly requestsFile: string;
}

/** Starts everybody, compares what they answer, and lets those who agree take turns under load. */
export async function runContest(options: ContestOptions): Promise<OperationResult[]> {
  const { arena, settings, print } = options;
  const wanted = contenders.filter(({ id }) => settings.only.includes(id));
  print(`Starting ${wanted.length} gateways and their subgraphs …`);
  const reference = contenders.filter(({ id }) => id === 'tiffin');
  const live = new Set([...reference, ...wanted.filter(({ id }) => id !== 'static')]);
  const entered = await Promise.all([...live].map((contender) => arena.enter(contender)));
  const tiffin = entered.find(({ contender }) => contender.id === 'tiffin');
  if (!tiffin) throw new Error('Tiffin, whose answers are the reference, did not start.');
  const prepared = await prepareAll(tiffin, options);
  const byName = prepared.map(({ operation, expected }) => [operation.name, expected]);
  await arena.write('answers.json', JSON.stringify(Object.fromEntries(byName)));
  const limit = await Promise.all(wanted.filter(({ id }) => id === 'static').map((one) => arena.enter(one)));
  const entrants = [...entered.filter(({ contender }) => wanted.includes(contender)), ...limit];
  const results: OperationResult[] = [];
  for (const one of prepared) results.push(await compete(one, entrants, options));
  return results;
}

async function prepareAll(tiffin: Entrant, { arena, settings }: ContestOptions): Promise<Prepared[]> {
  const { authorizations, goodsIds } = await findUsers(tiffin.url, arena);
  const operations = benchOperations(authorizations.length, goodsIds, settings.requests).filter(
    ({ name }) => settings.operations.length === 0 || settings.operations.includes(name),
  );
  if (operations.length === 0) throw new Error('--operations names none of them. Try --help.');
  return Promise.all(
    operations.map(async (operation) => {
      const postings = operation.requests.map(({ user, body }) => ({
        body,
        authorization: authorizations[user] ?? '',
      }));
      const lines = postings.flatMap(({ authorization, body }) => [authorization, body]);
      const requestsFile = await arena.write(`${operation.name}.txt`, `${lines.join('\n')}\n`);
      return { operation, postings, expected: await referenceAnswers(tiffin, postings), requestsFile };
    }),
  );
}

async function compete(
  one: Prepared,
  entrants: readonly Entrant[],
  options: ContestOptions,
): Promise<OperationResult> {
  const { arena, settings, print } = options;
  const { operation, postings, expected } = one;
  print(`\n${operation.name}: ${operation.title}`);
  const rows = new Map<Entrant, { comparison: Comparison; warmUp: WarmedUp; rounds: Round[] }>();
  for (const entrant of entrants) {
    const comparison: Comparison =
      entrant.contender.id === 'static'
        ? { kind: 'equal', subgraphCalls: 0, rpcs: 0 }
        : await compareAnswers(entrant, arena, postings, expected);
    rows.set(entrant, { comparison, warmUp: { requests: 0, requestsWanted: 0 }, rounds: [] });
    if (comparison.kind === 'different')
      print(`  NOT MEASURED: ${entrant.contender.title} answers otherwise: ${comparison.why}`);
  }
  print('  warming up …');
  for (const [entrant, row] of rows) {
    if (row.comparison.kind === 'equal') row.warmUp = await warmUp(entrant, one, options);
  }
  for (let round = 1; round <= settings.rounds; round++) {
    print(`  round ${round} of ${settings.rounds} …`);
    for (const [entrant, { comparison, rounds }] of rotated([...rows], round - 1)) {
      if (comparison.kind === 'equal') rounds.push(...(await measuredRound(entrant, one, options)));
    }
  }
  const bytes = expected.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return {
    name: operation.name,
    title: operation.title,
    responseBytes: Math.round(bytes / expected.length),
    rows: [...rows].map(([{ contender }, row]) => ({ id: contender.id, title: contender.title, ...row })),
  };
}

/** One round; a longer one where the first had no answers; none, loudly, where that has none either. */
async function measuredRound(entrant: Entrant, one: Prepared, options: ContestOptions): Promise<Round[]> {
  const { seconds } = options.settings;
  for (const length of [seconds, 5 * seconds]) {
    const round = await loadOnce(entrant, one, length, options);
    if (round.requests > 0) return [round];
  }
  options.print(
    `    ${entrant.contender.title} answered nothing in ${5 * seconds} s: the machine is too busy.`,
  );
  return [];
}

async function warmUp(entrant: Entrant, one: Prepared, options: ContestOptions): Promise<WarmedUp> {
  const { requests: wanted, maxSeconds } = options.settings.warmUp;
  const counted = { ...options, load: countedLoop(wanted) };
  const { requests, errors } = await loadOnce(entrant, one, maxSeconds, counted);
  const sent = requests + errors;
  if (sent < wanted)
    options.print(
      `    ${entrant.contender.title}: ${sent} requests instead of ${wanted} in ${maxSeconds} s.`,
    );
  return { requests: sent, requestsWanted: wanted };
}

/** A row under load, and one answer of it afterwards: nobody is fast by answering something else. */
async function loadOnce(
  entrant: Entrant,
  { postings, expected, requestsFile }: Prepared,
  seconds: number,
  { arena, settings, cores, load, print }: ContestOptions,
): Promise<Round> {
  const { title, id } = entrant.contender;
  const { connections } = settings;
  const isStatic = id === 'static';
  const options = { seconds, connections, requestsFile, readsAnswers: !isStatic, cores: cores.load };
  const round = await measureRound(entrant, arena, load, options);
  if (round.errors > 0) {
    print(`    ${title}: ${round.errors} of ${round.requests} requests failed. ${round.errorSample ?? ''}`);
  }
  const [posting, text] = [postings[0], expected[0]];
  const why = posting && text !== undefined && !isStatic && (await differs(entrant.url, posting, text));
  if (why) throw new Error(`${title} answers otherwise after the load: ${why}`);
  return round;
}
