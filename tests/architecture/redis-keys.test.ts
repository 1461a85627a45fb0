import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '../..');

/** Where a key's text begins in the source: `acc:login:` of a template, up to its first part that differs. */
const keyText = /`([^`$]*)[`$]/g;

interface Prefix {
  readonly service: string;
  readonly text: string;
}

function prefixesOf(file: string): Prefix[] {
  const [, service = ''] = file.split('/');
  const source = readFileSync(join(root, file), 'utf8');
  return [...source.matchAll(keyText)].flatMap(([, text = '']) =>
    /^[a-z]+:/.test(text) ? [{ service, text }] : [],
  );
}

/** Two that could be the beginning of one key. What a hash tag is part of is not compared within its service. */
function findClashes(prefixes: readonly Prefix[]): string[] {
  return prefixes.flatMap((one, index) =>
    prefixes.slice(index + 1).flatMap((other) => {
      const isClash =
        one.service === other.service ? areKinds(one, other) && haveKey(one, other) : haveHead(one, other);
      return isClash ? [`${one.service} ${one.text} and ${other.service} ${other.text}`] : [];
    }),
  );
}

const areKinds = (...prefixes: Prefix[]) => prefixes.every(({ text }) => text.endsWith(':'));
const haveKey = (one: Prefix, other: Prefix) =>
  one.text.startsWith(other.text) || other.text.startsWith(one.text);
const haveHead = (one: Prefix, other: Prefix) => one.text.split(':')[0] === other.text.split(':')[0];

test('no key of a service can be one of another kind, or of another service', () => {
  const files = globSync('grpc-services/*/data/keys.ts', { cwd: root });
  const prefixes = files.flatMap(prefixesOf);
  for (const file of files) assert.ok(prefixesOf(file).length > 0, `${file} names no key.`);
  for (const service of ['account', 'goods', 'shop']) {
    assert.ok(
      prefixes.some((prefix) => prefix.service === service),
      service,
    );
  }
  assert.deepEqual(findClashes(prefixes), []);
  for (const { text } of prefixes) assert.match(text, /^[a-z]{2,4}:/, 'a few letters name the service');
});

test('the control: clashes are found', () => {
  const found = findClashes([
    { service: 'goods', text: 'gds:g:' },
    { service: 'goods', text: 'gds:g:' },
    { service: 'search', text: 'gds:x:' },
    { service: 'shop', text: 'shp:s:' },
    { service: 'shop', text: 'shp:s:x:' },
  ]);
  assert.equal(found.length, 1 + 2 + 1);
});
