import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCommandLine } from './command-line.ts';

const known = ['gateway', 'shop-subgraph', 'shop'];

test('without arguments the whole platform runs', () => {
  assert.deepEqual(readCommandLine([], known), { kind: 'run', components: known, isWhole: true });
});

test('--run picks components, in either spelling, each once', () => {
  const expected = { kind: 'run', components: ['shop', 'gateway'], isWhole: false };
  assert.deepEqual(readCommandLine(['--run', 'shop, gateway,shop'], known), expected);
  assert.deepEqual(readCommandLine(['--run=shop,gateway'], known), expected);
});

test('an unknown component is refused with those that there are', () => {
  const command = readCommandLine(['--run', 'shops'], known);
  assert.equal(command.kind, 'refused');
  assert.match(command.kind === 'refused' ? command.sentence : '', /"shops".*gateway, shop-subgraph, shop/);
});

for (const args of [['--rum', 'shop'], ['--run'], ['--run', 'shop', 'extra']]) {
  test(`${args.join(' ')} is refused`, () => {
    assert.equal(readCommandLine(args, known).kind, 'refused');
  });
}

test('--help names every component', () => {
  const command = readCommandLine(['--help'], known);
  assert.ok(command.kind === 'help' && known.every((name) => command.text.includes(name)));
});
