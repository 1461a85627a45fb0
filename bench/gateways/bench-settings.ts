import { parseArgs } from 'node:util';
import { type ContenderId, contenders } from './contender.ts';

/** What `npm run bench` was asked for. */
export interface BenchSettings {
  /** Different ones of an operation, all of which are compared before anybody is measured. */
  readonly requests: number;
  readonly rounds: number;
  /** Of one round of one row. */
  readonly seconds: number;
  readonly warmUp: WarmUp;
  readonly connections: number;
  /** Requests a second of the open loop; undefined for the closed one. */
  readonly rate: number | undefined;
  readonly only: readonly ContenderId[];
  /** Names of operations; empty for all. */
  readonly operations: readonly string[];
  /** Where the figures go that the documents quote, rather than into `.data/`. */
  readonly publish: boolean;
  /** Whether gateways write a CPU profile each, which costs them something: the figures are then of no use. */
  readonly profile: boolean;
  /** NODE_OPTIONS of every gateway. */
  readonly nodeOptions: string;
}

/** Before the first round of a row: as many requests to the slow as to the fast, so that the engine has seen the same. */
export interface WarmUp {
  readonly requests: number;
  /** Where a row takes longer, it gets fewer, and the run says so. */
  readonly maxSeconds: number;
}

export const usage = `npm run bench [-- options]
  --quick            two rounds of a second after a warm-up of one at most: within 5 minutes
  --rounds N         rounds of each row (5)
  --duration N       seconds of a round (3)
  --connections N    connections that each send one request after the other (16)
  --rate N           an open loop of N requests a second instead of the closed one
  --only a,b         rows: ${contenders.map(({ id }) => id).join(', ')}
  --operations a,b   operations: MyOrders, BestShops, LookAround, MyOrdersLonger
  --profile          CPU profiles of the gateways into .data/bench/profiles/; the figures are then of no use
  --node-options O   flags of Node.js for all gateways, like --max-semi-space-size=64
  --publish          write bench/results/bench.json, docs/bench.svg and the tables of docs/performance.md, of a whole run`;

const options = {
  quick: { type: 'boolean', default: false },
  rounds: { type: 'string' },
  duration: { type: 'string' },
  connections: { type: 'string', default: '16' },
  rate: { type: 'string' },
  only: { type: 'string' },
  operations: { type: 'string' },
  publish: { type: 'boolean', default: false },
  profile: { type: 'boolean', default: false },
  'node-options': { type: 'string', default: '' },
  help: { type: 'boolean', default: false },
} as const;

/** @returns undefined where help is asked for. @throws Error with a sentence on what is wrong. */
export function readSettings(args: readonly string[]): BenchSettings | undefined {
  const { values } = parseArgs({ args: [...args], options });
  if (values.help) return undefined;
  const { quick } = values;
  if (
    values.publish &&
    (quick || values.profile || values.only !== undefined || values.operations !== undefined)
  )
    throw new Error(
      '--publish writes what documents quote, which is a whole run: without --quick, --only, --operations and --profile.',
    );
  return {
    requests: quick ? 20 : 60,
    rounds: whole('rounds', values.rounds ?? (quick ? '2' : '5')),
    seconds: whole('duration', values.duration ?? (quick ? '1' : '3')),
    warmUp: quick ? { requests: 300, maxSeconds: 1 } : { requests: 1_000, maxSeconds: 40 },
    connections: whole('connections', values.connections),
    rate: values.rate === undefined ? undefined : whole('rate', values.rate),
    only: chosen(values.only),
    operations: values.operations?.split(',') ?? [],
    publish: values.publish,
    profile: values.profile,
    nodeOptions: values['node-options'],
  };
}

function whole(name: string, text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw new Error(`--${name} must be a whole number above zero, not "${text}".`);
  return Number(text);
}

function chosen(text: string | undefined): ContenderId[] {
  const all = contenders.map(({ id }) => id);
  if (text === undefined) return all;
  return text.split(',').map((name) => {
    const id = all.find((one) => one === name);
    if (!id) throw new Error(`There is no row "${name}". There are: ${all.join(', ')}.`);
    return id;
  });
}
