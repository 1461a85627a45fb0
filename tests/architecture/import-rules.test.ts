import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { describe, test } from 'node:test';
import { findCycles } from './find-cycles.ts';
import { checkImportRules, findViolations } from './import-rules.ts';
import { layers } from './import-table.ts';
import { readImports } from './read-imports.ts';

const rootDir = dirname(dirname(import.meta.dirname));

const packages = new Map([
  ['@tiffin/lib', 'lib'],
  ['@tiffin/proto', 'proto'],
  ['@tiffin/schema', 'schema'],
  ['@tiffin/gateway', 'gateway'],
  ['@tiffin/shop', 'grpc-services/shop'],
  ['@tiffin/goods', 'grpc-services/goods'],
  ['@tiffin/shop-subgraph', 'subgraphs/shop'],
  ['@tiffin/user-subgraph', 'subgraphs/user'],
]);

const plant = (file: string, ...specifiers: string[]) => {
  const source = specifiers.map((specifier) => `import { x } from '${specifier}';\n`).join('');
  return findViolations({ sources: new Map([[file, source]]), packages }).map(({ sentence }) => sentence);
};

test('this repository keeps the table', () => {
  const found = checkImportRules(rootDir).map(({ file, line, sentence }) => `${file}:${line} ${sentence}`);
  assert.deepEqual(found, []);
});

describe('every layer may import what its row says', () => {
  const allowed: Record<string, string[]> = {
    'tiffin.ts': [
      '@tiffin/gateway/main',
      '@tiffin/gateway/standalone',
      '@tiffin/gateway/gateway-config',
      '@tiffin/shop/main',
      '@tiffin/shop/shop-config',
      '@tiffin/lib/lifecycle/lifecycle',
    ],
    'gateway/standalone.ts': ['./gateway-config.ts', './server.ts', '@tiffin/lib/clock/clock'],
    'gateway/server.ts': [
      './executor.ts',
      '@tiffin/lib/clock/clock',
      '@tiffin/schema/type-defs',
      '@apollo/gateway',
      'graphql',
    ],
    'subgraphs/shop/types/shop.ts': [
      '../loaders.ts',
      '@tiffin/lib/clock/clock',
      '@tiffin/proto/gen/tiffin/shop/v1/shop',
    ],
    'grpc-services/shop/main.ts': [
      './api/shop-api.ts',
      './domain/shop.ts',
      './data/keys.ts',
      '@tiffin/lib/clock/clock',
    ],
    'grpc-services/shop/api/shop-api.ts': [
      './cursor.ts',
      '../domain/shop.ts',
      '@tiffin/proto/gen/tiffin/shop/v1/shop',
    ],
    'grpc-services/shop/domain/shop.ts': ['../data/shop-store.ts', '@tiffin/proto/gen/tiffin/goods/v1/goods'],
    'grpc-services/shop/data/shop-store.ts': [
      './shop-entity.ts',
      '@tiffin/lib/engines/database',
      '@mikro-orm/core',
      'ioredis',
    ],
    'lib/errors/grpc-status.ts': [
      '../clock/clock.ts',
      '@tiffin/proto/gen/tiffin/error/v1/error',
      '@grpc/grpc-js',
    ],
    'lib/telemetry/logger.ts': ['pino', 'prom-client', 'node:fs'],
    'grpc-services/shop/domain/shop.test.ts': ['@tiffin/goods/domain/goods', 'pino', '../../goods/main.ts'],
    'tests/end-to-end/query.ts': ['@tiffin/gateway/main', 'ioredis'],
  };
  for (const [file, specifiers] of Object.entries(allowed)) {
    test(file, () => assert.deepEqual(plant(file, ...specifiers), []));
  }
});

describe('a planted violation of each rule is found', () => {
  const forbidden: [file: string, specifier: string, complaint: RegExp][] = [
    ['tiffin.ts', '@tiffin/shop/domain/shop', /topology may not import domain of grpc-services\/shop/],
    ['tiffin.ts', '@tiffin/gateway/server', /topology may not import gateway/],
    ['gateway/server.ts', '@tiffin/proto/gen/tiffin/shop/v1/shop', /gateway may not import proto/],
    [
      'gateway/server.ts',
      '@tiffin/shop-subgraph/loaders',
      /gateway may not import subgraph of subgraphs\/shop/,
    ],
    ['gateway/server.ts', '@tiffin/shop/main', /gateway may not import main/],
    ['subgraphs/shop/resolvers.ts', '@tiffin/shop/domain/shop', /subgraph may not import domain/],
    [
      'subgraphs/shop/resolvers.ts',
      '@tiffin/user-subgraph/loaders',
      /may not import subgraph of subgraphs\/user/,
    ],
    ['subgraphs/shop/resolvers.ts', '@mikro-orm/core', /only by lib\/delayed, lib\/engines/],
    [
      'grpc-services/shop/api/shop-api.ts',
      '../data/shop-store.ts',
      /door may not import data of its own component/,
    ],
    ['grpc-services/shop/api/shop-api.ts', '../main.ts', /door may not import main/],
    [
      'grpc-services/shop/domain/shop.ts',
      '../api/shop-api.ts',
      /domain may not import door of its own component/,
    ],
    [
      'grpc-services/shop/domain/shop.ts',
      '@tiffin/goods/domain/goods',
      /may not import domain of grpc-services\/goods/,
    ],
    ['grpc-services/shop/domain/shop.ts', '@mikro-orm/core', /only by lib\/delayed, lib\/engines/],
    ['grpc-services/shop/data/shop-store.ts', '../domain/shop.ts', /data may not import domain/],
    [
      'grpc-services/shop/data/shop-store.ts',
      '@tiffin/proto/topics/shop-topics',
      /data may not import topics/,
    ],
    [
      'grpc-services/shop/data/shop-store.ts',
      '@tiffin/goods/data/goods-store',
      /may not import data of grpc-services\/goods/,
    ],
    [
      'grpc-services/shop/main.ts',
      '@tiffin/goods/domain/goods',
      /main may not import domain of grpc-services\/goods/,
    ],
    ['grpc-services/shop/main.ts', './shop-test-bed.ts', /main may not import test of its own component/],
    ['grpc-services/shop/shop-config.ts', './api/shop-api.ts', /config may not import door/],
    ['grpc-services/shop/shop-errors.ts', './api/shop-api.ts', /service root may not import door/],
    ['gateway/gateway-config.ts', './server.ts', /config may not import gateway/],
    ['lib/rpc/service.ts', '@tiffin/proto/gen/tiffin/shop/v1/shop', /lib may not import proto/],
    ['lib/rpc/service.ts', '@tiffin/shop/domain/shop', /lib may not import domain/],
    ['lib/rpc/service.ts', '@tiffin/schema/type-defs', /lib may not import schema/],
    ['lib/rpc/service.ts', '../testing/subgraph-harness.ts', /lib may not import test/],
    ['proto/gen/tiffin/shop/v1/shop.ts', '@tiffin/lib/clock/clock', /proto may not import lib/],
    ['schema/type-defs.ts', '@tiffin/lib/clock/clock', /schema may not import lib/],
    ['lib/rpc/service.ts', 'pino', /only by lib\/telemetry/],
    ['lib/rpc/service.ts', 'prom-client', /only by lib\/telemetry/],
    ['grpc-services/shop/shop-config.ts', 'zod', /only by lib\/config/],
    ['grpc-services/shop/domain/shop.ts', 'ioredis', /only by lib and the data folders/],
    ['grpc-services/shop/domain/shop.ts', 'kafkajs', /only by lib/],
    ['subgraphs/shop/loaders.ts', '@grpc/grpc-js', /only by lib and proto\/gen/],
    ['gateway/authenticate.ts', 'jose', /only by lib\/identity/],
    ['grpc-services/shop/domain/shop.ts', 'graphql', /only by lib, gateway, subgraphs and schema/],
    ['gateway/server.ts', '../lib/clock/clock.ts', /leaves the package/],
    ['gateway/server.ts', '@tiffin/lib/../scripts/x', /scripts/],
    ['elsewhere/x.ts', 'node:fs', /belongs to no layer/],
  ];
  for (const [file, specifier, complaint] of forbidden) {
    test(`${file} → ${specifier}`, () => {
      const found = plant(file, specifier);
      assert.equal(found.length, 1, 'exactly one rule is broken');
      assert.match(found[0] ?? '', complaint);
    });
  }

  test('a module that is loaded later counts as one that is imported', () => {
    const source = "const start = lazily(() => import('@tiffin/shop/domain/shop'));";
    const found = findViolations({ sources: new Map([['tiffin.ts', source]]), packages });
    assert.match(found[0]?.sentence ?? '', /topology may not import domain/);
  });

  test('a circle of files, through types too', () => {
    const sources = new Map([
      ['lib/a.ts', "import { b } from './b.ts';"],
      ['lib/b.ts', "export * from '@tiffin/lib/c';"],
      ['lib/c.ts', "import type { A } from './a.ts';"],
      ['lib/d.ts', "import { a } from './a.ts';"],
    ]);
    const found = findViolations({ sources, packages }).map(({ sentence }) => sentence);
    assert.deepEqual(found, [
      'Files import each other in a circle: lib/a.ts → lib/b.ts → lib/c.ts → lib/a.ts.',
    ]);
  });
});

test('the table speaks only of layers that it has', () => {
  const names = new Set(layers.map(({ name }) => name));
  for (const { mayImport } of layers) {
    if (mayImport === 'anything') continue;
    for (const permission of mayImport)
      assert(names.has('any' in permission ? permission.any : permission.own));
  }
});

test('reads every form of import, and none out of comments and texts', () => {
  const source = [
    "import a from 'one';",
    "import type { B } from 'two';",
    'import {\n  c,\n} from "three";',
    "import 'four';",
    "export * from 'five';",
    "export type { D } from 'six';",
    "const e = await import('seven');",
    "type F = import('eight').F;",
    "// import x from 'no';",
    "/*\nimport x from 'no';\n*/",
    'const g = `\n  import x from "no";\n`;',
    "const url = 'http://host'; const h = await import('nine');",
    "export const from = 'no';",
    "import.meta.resolve('no');",
  ].join('\n');
  const specifiers = readImports(source).map(({ specifier }) => specifier);
  assert.deepEqual(specifiers, ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine']);
  assert.equal(readImports(source)[2]?.line, 3);
});

test('findCycles gives one shortest way around each circle', () => {
  const graph = new Map([
    ['a', ['b', 'c']],
    ['b', ['a']],
    ['c', ['d']],
    ['d', ['d']],
  ]);
  assert.deepEqual(findCycles(graph), [
    ['d', 'd'],
    ['a', 'b', 'a'],
  ]);
});
