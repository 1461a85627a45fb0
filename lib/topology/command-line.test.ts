import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readCommandLine } from './command-line.ts';
import type { RolesOf } from './selection.ts';

const known: RolesOf = { gateway: [], 'shop-subgraph': [], shop: ['api', 'jobs', 'tasks'], user: ['api'] };
const run = { kind: 'run', supergraphFile: undefined, variables: {} };
const read = (args: string) => readCommandLine(args === '' ? [] : args.split(' '), known);

test('without arguments the whole platform runs', () => {
  assert.deepEqual(read(''), { ...run, selection: new Map(Object.entries(known)) });
});

test('--run picks components, in either spelling, each once, with all of their roles', () => {
  const expected = {
    ...run,
    selection: new Map([
      ['gateway', []],
      ['shop', known['shop']],
    ]),
  };
  assert.deepEqual(readCommandLine(['--run', 'shop, gateway,shop'], known), expected);
  assert.deepEqual(read('--run=shop,gateway'), expected);
});

test('--run picks roles of a service', () => {
  const selectionOf = (args: string) => {
    const command = read(args);
    return command.kind === 'run' ? [...command.selection] : assert.fail(JSON.stringify(command));
  };
  assert.deepEqual(selectionOf('--run shop:tasks'), [['shop', ['tasks']]]);
  assert.deepEqual(selectionOf('--run shop:tasks,shop:api,shop:tasks'), [['shop', ['api', 'tasks']]]);
  assert.deepEqual(selectionOf('--run shop:tasks,shop'), [['shop', ['api', 'jobs', 'tasks']]]);
});

test('--supergraph names the file of a gateway alone, in any order and either spelling', () => {
  const expected = {
    ...run,
    selection: new Map([['gateway', []]]),
    supergraphFile: 'a=b.graphql',
    variables: { PORT: '0' },
  };
  assert.deepEqual(read('--run gateway --supergraph a=b.graphql --port 0'), expected);
  assert.deepEqual(read('--port=0 --supergraph=a=b.graphql --run=gateway'), expected);
});

test("--port sets the variable of the gateway, or of the one component's port", () => {
  const variablesOf = (args: string) => {
    const command = read(args);
    return command.kind === 'run' ? command.variables : assert.fail(JSON.stringify(command));
  };
  assert.deepEqual(variablesOf('--port 4100'), { PORT: '4100' });
  assert.deepEqual(variablesOf('--run shop,gateway --port 4100'), { PORT: '4100' });
  assert.deepEqual(variablesOf('--run shop-subgraph --port 65535'), { SHOP_SUBGRAPH_PORT: '65535' });
});

describe('what is refused, in one sentence', () => {
  const refused: [args: string, sentence: RegExp][] = [
    ['--run shops', /^There is no component "shops"\. There are: gateway, shop-subgraph, shop, user\.$/],
    ['--run user:jobs', /^user has no role "jobs"\. It has: api\.$/],
    ['--run shop:', /^shop has no role ""\. It has: api, jobs, tasks\.$/],
    ['--run shop:api:jobs', /^shop has no role "api:jobs"/],
    ['--run gateway:api', /^gateway has no role "api"\. It runs whole\.$/],
    ['--run shops:api', /^There is no component "shops"/],
    ['--run constructor', /^There is no component "constructor"/],
    ['--run shop,', /^There is no component ""/],
    ['--rum shop', /^Unknown argument "--rum"/],
    ['--rum=shop', /^Unknown argument "--rum=shop"/],
    ['constructor x', /^Unknown argument "constructor"/],
    ['--run shop extra', /^Unknown argument "extra"/],
    ['--run', /^--run needs names of components: gateway, shop-subgraph, shop, user\.$/],
    ['--run=', /^--run needs names/],
    ['--run --port 1', /^--run needs names/],
    ['--run shop --run gateway', /^--run is given twice/],
    ['--run gateway --supergraph', /^--supergraph needs the path of a supergraph file\.$/],
    ['--supergraph x.graphql', /--run gateway --supergraph FILE/],
    ['--run gateway,shop --supergraph x.graphql', /^--supergraph is for a gateway alone/],
    ['--run shop --supergraph x.graphql', /^--supergraph is for a gateway alone/],
    ['--run shop,shop-subgraph --port 1', /^--port is for .*: set SHOP_SUBGRAPH_PORT, SHOP_PORT instead\.$/],
    ...['65536', '-1', 'abc', '1.5', '0x10'].map((port): [string, RegExp] => [
      `--port ${port}`,
      new RegExp(`^--port needs a number from 0 to 65535, not "${port}"\\.$`),
    ]),
    ['--port', /^--port needs a number/],
  ];
  for (const [args, sentence] of refused) {
    test(args, () => {
      const command = read(args);
      assert.equal(command.kind, 'refused');
      assert.match(command.kind === 'refused' ? command.sentence : '', sentence);
    });
  }
});

test('--help anywhere names every component and the standalone gateway', () => {
  const command = read('--run gateway --help');
  const text = command.kind === 'help' ? command.text : assert.fail();
  for (const word of [
    ...Object.keys(known),
    'shop (api jobs tasks), user (api)',
    'NAME:ROLE',
    '--supergraph',
    '--port',
  ])
    assert.ok(text.includes(word), word);
});
