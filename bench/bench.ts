import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Arena, openArena } from './gateways/arena.ts';
import { barsOf } from './gateways/bars.ts';
import { type BenchSettings, readSettings, usage } from './gateways/bench-settings.ts';
import { chart } from './gateways/chart.ts';
import { closedLoop } from './gateways/closed-loop.ts';
import { runContest } from './gateways/contest.ts';
import { availableCores, type Cores } from './gateways/cores.ts';
import { installPeers } from './gateways/install-peers.ts';
import type { Load } from './gateways/load.ts';
import { figuresAsMarkdown, withFigures } from './gateways/markdown-tables.ts';
import { openLoop } from './gateways/open-loop.ts';
import { printBars, printOperation } from './gateways/print-tables.ts';
import { rowsWithRatios } from './gateways/ratios.ts';

// npm run bench: Tiffin, its peers, a BFF by hand and static bytes over the same services and data, in one run.

const print = (line: string) => void process.stdout.write(`${line}\n`);
const rounded = (value: number) => value.toFixed(1);
const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));

try {
  const settings = readSettings(process.argv.slice(2));
  if (settings) await bench(settings);
  else print(usage);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function bench(settings: BenchSettings): Promise<void> {
  if (process.platform !== 'linux')
    throw new Error('The bench reads CPU and memory from /proc: run it on Linux.');
  const startedAtMs = performance.now();
  await installPeers(print);
  const cores = availableCores();
  const load = settings.rate === undefined ? await closedLoop() : openLoop(settings.rate);
  const loadBefore = loadavg();
  print('Starting the services with their demo data, about 20 s …');
  await using arena = await openArena({
    cores,
    nodeOptions: settings.nodeOptions,
    profiles: settings.profile ? folder('../.data/bench/profiles') : undefined,
  });
  endWithSignal(arena);
  const facts = factsOf(arena, settings, cores, load, loadBefore);
  for (const [name, value] of Object.entries(facts)) print(`  ${name}: ${value}`);
  const operations = await runContest({ arena, settings, cores, load, print });
  const bars = barsOf(operations);
  for (const operation of operations) print(`\n${printOperation(operation)}`);
  print(`\n${printBars(bars)}`);
  const circumstances = {
    ...facts,
    'load average after': loadavg().map(rounded).join(' '),
    took: `${Math.round((performance.now() - startedAtMs) / 1_000)} s`,
  };
  const withRatios = operations.map((operation) => ({ ...operation, rows: rowsWithRatios(operation) }));
  const [json, svg] = settings.publish
    ? [folder('./results/bench.json'), folder('../docs/bench.svg')]
    : [folder('../.data/bench/bench.json'), folder('../.data/bench/bench.svg')];
  await write(json, `${JSON.stringify({ ...circumstances, operations: withRatios, bars }, null, 2)}\n`);
  await write(svg, chart(operations));
  if (settings.publish) {
    const document = folder('../docs/performance.md');
    const figures = figuresAsMarkdown(circumstances, operations, bars);
    await write(document, withFigures(await readFile(document, 'utf8'), figures));
  }
  print(`\nWritten: ${json} and ${svg}. It took ${circumstances.took}.`);
}

function factsOf(
  arena: Arena,
  settings: BenchSettings,
  cores: Cores,
  load: Load,
  loadBefore: number[],
): Record<string, string> {
  const [processor] = cpus();
  const { warmUp } = settings;
  const places = Object.entries(cores).map(([part, core]) => `${part} ${core ?? 'anywhere'}`);
  return {
    node: process.version,
    processor: `${processor?.model ?? 'unknown'}, ${cpus().length} in all`,
    'load average before': loadBefore.map(rounded).join(' '),
    pinned: places.join(', '),
    load: `${load.description}, ${settings.connections} connections`,
    rounds: `${settings.rounds} of ${settings.seconds} s in turn, after ${warmUp.requests} requests to each, ${warmUp.maxSeconds} s at most`,
    'node options': settings.nodeOptions || 'none',
    settings: Object.entries(arena.settings)
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
  };
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(fileURLToPath(new URL('.', `file://${path}`)), { recursive: true });
  await writeFile(path, text);
}

/** Ctrl+C ends what was started, too. */
function endWithSignal(arena: Arena): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      Promise.resolve(arena[Symbol.asyncDispose]()).finally(() =>
        process.exit(signal === 'SIGINT' ? 130 : 143),
      );
    });
  }
}
