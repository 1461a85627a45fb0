import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { barsOf } from './bars.ts';
import { readSettings } from './bench-settings.ts';
import { chart } from './chart.ts';
import { contenders } from './contender.ts';
import type { OperationResult, Row } from './contest.ts';
import { readList, shareCores } from './cores.ts';
import { difference } from './difference.ts';
import { figuresAsMarkdown, withFigures } from './markdown-tables.ts';
import type { Round } from './measure-round.ts';
import { printBars, printOperation } from './print-tables.ts';
import { readStat, withDescendants } from './process-usage.ts';
import { rowsWithRatios } from './ratios.ts';
import { benchOperations, largeOperation, readmeOperation } from './workload.ts';

const round = (cpu: Partial<Round>): Round => ({
  requests: 100,
  errors: 0,
  cutOff: 16,
  seconds: 1,
  requestsPerSecond: 100,
  p50Ms: 1,
  p99Ms: 2,
  gatewayCpu: 100,
  subgraphsCpu: 0,
  servicesCpu: 50,
  gatewayBytes: 1e8,
  subgraphsBytes: 0,
  gatewayBytesEver: 2e8,
  subgraphsBytesEver: 0,
  subgraphCalls: 0,
  rpcs: 6,
  ...cpu,
});

const row = (id: Row['id'], ...rounds: Partial<Round>[]): Row => ({
  id,
  title: contenders.find((one) => one.id === id)?.title ?? id,
  comparison: { kind: 'equal', subgraphCalls: 4, rpcs: 6 },
  warmUp: { requests: 300, requestsWanted: 300 },
  rounds: rounds.map(round),
});

const result = (name: string, ...rows: Row[]): OperationResult => ({
  name,
  title: '',
  responseBytes: 1_000,
  rows,
});

describe('the bars', () => {
  const rows = [
    row('tiffin', { gatewayCpu: 200 }),
    row('tiffin-remote', { gatewayCpu: 100, subgraphsCpu: 400 }),
    row('apollo', { gatewayCpu: 600, subgraphsCpu: 400, gatewayBytes: 9e7 }),
    row('mercurius', { gatewayCpu: 150, subgraphsCpu: 450 }),
    row('hive-dedupe', { gatewayCpu: 1, subgraphsCpu: 1 }),
    row('bff', { gatewayCpu: 140 }),
  ];
  const bars = barsOf([result(readmeOperation, ...rows), result(largeOperation, ...rows)]);
  const held = (part: string) => bars.find(({ what }) => what.includes(part));

  it('hold at their bound and not above it', () => {
    assert.deepEqual(held("in process: total CPU of Apollo's"), {
      what: `${readmeOperation}, in process: total CPU of Apollo's`,
      max: 0.2,
      ratio: 0.2,
      holds: true,
    });
    assert.equal(held("in process: total CPU of the BFF's")?.holds, false);
    assert.equal(held("the gateway's of Apollo's")?.holds, false);
  });

  it('compare with the best peer, but for the one that coalesces', () => {
    assert.equal(held("in process: total CPU of the best peer's")?.ratio, 200 / 600);
    assert.equal(held("remote: gateway CPU of the best peer's")?.ratio, 100 / 150);
  });

  it('are printed with their figures, those of rows that did not run too', () => {
    const text = printBars(barsOf([result(readmeOperation, row('tiffin', {}), row('bff', {}))]));
    assert.match(text, /total CPU of the BFF's +at most 1\.4 +1\.000 +PASS/);
    assert.match(text, /total CPU of Apollo's +at most 0\.2 +NOT MEASURED/);
    assert.match(printBars(bars), /total CPU of the BFF's +at most 1\.4 +1\.429 +MISSED/);
  });
});

test('a row that answers otherwise is in the table without a figure', () => {
  const other: Row = { ...row('apollo'), comparison: { kind: 'different', why: '$.data is null' } };
  const text = printOperation(
    result(readmeOperation, row('bff', { gatewayCpu: 10 }, { gatewayCpu: 30 }), other),
  );
  assert.match(text, /BFF by hand .* 20\.0 \(10\.0–30\.0\)/);
  assert.match(text, /Apollo Server \+ @apollo\/gateway +answers otherwise$/m);
});

test('a document gets the figures between its marks, and loses the ones before', () => {
  const marked = 'a\n<!-- written by npm run bench -- --publish -->\nold\n<!-- until here -->\nb';
  const operations = [result(readmeOperation, row('apollo', { gatewayCpu: 200 }), row('bff', {}))];
  const text = withFigures(marked, figuresAsMarkdown({ node: 'v24' }, operations, barsOf(operations)));
  assert.match(text, /^a\n<!-- written.*\| node \| v24 \|.*<!-- until here -->\nb$/s);
  assert.match(
    text,
    /\| BFF by hand \| 100 \| 1\.0 \/ 2\.0 \| 100 \(100–100\) .*\| 95 \/ 95 \| 191 \/ 191 \|/,
  );
  assert.match(text, /^Each ÷ Apollo \/ ÷ BFF:\n\n\| row \| requests\/s \| p50 \| p99 \| gateway CPU \|/m);
  assert.match(text, /\| BFF by hand \| 1\.000 \/ 1\.000 .*\| 0\.500 \/ 1\.000 \| 0\.600 \/ 1\.000 \|/);
  assert.doesNotMatch(text, /old/);
  assert.throws(() => withFigures('nothing', ''), /lacks its marks/);
});

test('the chart draws each measured row but the static bytes, least first', () => {
  const svg = chart([
    result(readmeOperation, row('apollo', { gatewayCpu: 900 }), row('tiffin', {}), row('static', {})),
  ]);
  const titles = [...svg.matchAll(/class="label[^>]*>([^<]*)</g)].map(([, title]) => title);
  assert.deepEqual(titles, ['Tiffin, subgraphs in process', 'Apollo Server + @apollo/gateway']);
});

describe('ratios', () => {
  const rounds = { gatewayCpu: 50, requestsPerSecond: 300, p99Ms: 4, gatewayBytes: 5e7, subgraphsBytes: 1e8 };
  const tiffin = row('tiffin', rounds);

  it('are of everything that is measured, to Apollo and to the BFF', () => {
    const rows = rowsWithRatios(
      result(readmeOperation, tiffin, row('apollo', { subgraphsCpu: 100 }), row('bff', {})),
    );
    assert.deepEqual(rows[0]?.vsApollo, {
      requestsPerSecond: 3,
      p50Ms: 1,
      p99Ms: 2,
      gatewayCpu: 0.5,
      totalCpu: 0.25,
      everythingCpu: 0.4,
      gatewayBytes: 0.5,
      totalBytes: 1.5,
    });
    assert.equal(rows[0]?.vsBff?.totalCpu, 0.5);
    assert.equal(rows[0]?.summary?.totalCpu.median, 50);
    assert.deepEqual(rows[0]?.rounds, tiffin.rounds);
  });

  it('are left open where the other was not measured, and not shown where neither was', () => {
    const text = printOperation(result(readmeOperation, tiffin, row('bff', {})));
    assert.match(text, /Each ÷ Apollo \/ ÷ BFF\n.*\nTiffin, subgraphs in process +– \/ 3\.000 /);
    assert.doesNotMatch(printOperation(result(readmeOperation, tiffin)), /÷/);
  });
});

test('a row that was not warm is told of under the table', () => {
  const cold = { ...row('apollo', {}), warmUp: { requests: 120, requestsWanted: 300 } };
  const operation = result(readmeOperation, row('tiffin', {}), cold);
  for (const text of [printOperation(operation), figuresAsMarkdown({}, [operation], [])])
    assert.match(
      text,
      /the time for it was over: Apollo Server \+ @apollo\/gateway \(120 of 300 requests\)\.$/m,
    );
  assert.doesNotMatch(printOperation(result(readmeOperation, row('tiffin', {}))), /the time for it/);
});

describe('what /proc says', () => {
  it('is read past a name with spaces and brackets', () => {
    const line = '42 (node (worker) 1) S 7 42 42 0 -1 4194560 1 2 3 4 100 20 3 1 20 0 11 0 5';
    assert.deepEqual(readStat(line), { pid: 42, parent: 7, cpuTicks: 124 });
  });

  it('is summed over children of children', () => {
    const stat = (pid: number, parent: number) => ({ pid, parent, cpuTicks: 1 });
    const found = withDescendants([stat(4, 3), stat(3, 2), stat(2, 1), stat(9, 1)], [2]);
    assert.deepEqual(found.map(({ pid }) => pid).sort(), [2, 3, 4]);
  });
});

test('processors are shared out by how many there are', () => {
  assert.deepEqual(readList(' 0-2,5\n'), [0, 1, 2, 5]);
  assert.deepEqual(shareCores([0, 1, 2, 3]), { gateway: '0', subgraphs: '1', services: '2', load: '3' });
  assert.deepEqual(shareCores([4, 6]), { gateway: '4', subgraphs: '6', services: '6', load: '6' });
  assert.equal(shareCores([0]).gateway, undefined);
});

test('a difference is found wherever it is, and order of keys is none', () => {
  assert.equal(difference({ a: 1, b: [{ c: null }] }, { b: [{ c: null }], a: 1 }), undefined);
  assert.equal(difference({ a: [{ b: 1 }] }, { a: [{ b: 2 }] }), '$.a.0.b is 2, not 1');
  assert.equal(difference({ a: [1] }, { a: [1, 2] }), '$.a.1 is 2, not absent');
  assert.equal(difference({ a: null }, { a: {} }), '$.a is {}, not null');
});

test('requests differ in variables and users', () => {
  for (const { name, requests } of benchOperations(20, ['1', '2', '3'], 20)) {
    assert.ok(requests.every(({ body }) => body.startsWith(`{"operationName":"${name}"`)));
    assert.ok(new Set(requests.map(({ user, body }) => `${user} ${body}`)).size >= 15, name);
  }
});

describe('the options', () => {
  it('refuse what is no number and no row with a sentence', () => {
    assert.throws(() => readSettings(['--rounds', 'many']), /--rounds must be a whole number above zero/);
    assert.throws(() => readSettings(['--only', 'apolo']), /no row "apolo"/);
  });

  it('let nothing be published that is not a whole run', () => {
    for (const part of [['--quick'], ['--only', 'bff'], ['--operations', 'MyOrders'], ['--profile']])
      assert.throws(() => readSettings(['--publish', ...part]), /--publish .* whole run/, part[0]);
    assert.equal(readSettings(['--publish', '--rounds', '7'])?.publish, true);
  });

  it('warm up with the same number of requests, whoever is slow', () => {
    assert.deepEqual(readSettings(['--quick'])?.warmUp, { requests: 300, maxSeconds: 1 });
    assert.deepEqual(readSettings([])?.warmUp, { requests: 1_000, maxSeconds: 40 });
  });

  it('have defaults, and shorter ones for a quick look', () => {
    assert.equal(readSettings([])?.rounds, 5);
    assert.equal(readSettings(['--quick'])?.seconds, 1);
    assert.equal(readSettings(['--help']), undefined);
  });
});
