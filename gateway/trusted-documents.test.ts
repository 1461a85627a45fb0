import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { systemClock } from '@tiffin/lib/clock/clock';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { silentLogger } from '@tiffin/lib/testing/silent-logger';
import { playgroundOperations } from '@tiffin/schema/playground-operations';
import { supergraphSdl } from '@tiffin/schema/subgraph-type-defs';
import { trustedDocumentsManifest } from '@tiffin/schema/trusted-documents';
import { createGraph } from './graph.ts';
import { readTrustedDocuments, trustedDocuments } from './trusted-documents.ts';

const text = 'query Me { me }';
const id = hash('sha256', text);

test("the platform's manifest has every operation of the playground", () => {
  const documents = trustedDocuments(trustedDocumentsManifest());
  for (const operation of playgroundOperations()) {
    assert.equal(documents.get(hash('sha256', operation.text)), operation.text, operation.name);
  }
});

test("every one of the platform's fits its schema and the default limits", async () => {
  const notAsked = () => assert.fail('No subgraph is asked.');
  const graph = await createGraph({
    source: { read: async () => supergraphSdl() },
    connect: ({ name }) => ({ subgraph: { name, execute: notAsked, prepare: () => notAsked } }),
    kind: 'compiled',
    limits: { introspection: false },
    clock: systemClock,
    logger: silentLogger,
    metrics: createMetrics(),
  });
  const lease = graph.enter();
  for (const document of trustedDocuments(trustedDocumentsManifest()).values()) {
    const found = await lease.operations.get(document);
    assert.ok('prepared' in found, `${document} ${JSON.stringify(found)}`);
  }
  lease[Symbol.dispose]();
  await graph.stop();
});

test("texts by their hashes, or a manifest as Apollo's tools write it", () => {
  const expected = new Map([[id, text]]);
  assert.deepEqual(trustedDocuments(JSON.stringify({ [id]: text })), expected);
  const apollo = {
    format: 'apollo-persisted-query-manifest',
    version: 1,
    operations: [{ id, body: text, name: 'Me', type: 'query' }],
  };
  assert.deepEqual(trustedDocuments(JSON.stringify(apollo)), expected);
});

const wrong: [what: string, manifest: string, message: RegExp][] = [
  ['a document under the hash of another', JSON.stringify({ [id]: '{ you }' }), /is not the SHA-256/],
  ['an id that is no hash', JSON.stringify({ me: text }), /^me is not the SHA-256/],
  ['a document that is no text', JSON.stringify({ [id]: 1 }), /is no text/],
  ['an operation without a body', JSON.stringify({ operations: [{ id }] }), /is no text/],
  ['a list', '[]', /no JSON object/],
  ['no JSON', '{', /JSON/],
];
for (const [what, manifest, message] of wrong) {
  test(`refuses ${what}`, () => assert.throws(() => trustedDocuments(manifest), { message }));
}

test('a file that cannot be used is named', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tiffin-trusted-'));
  after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'documents.json');
  await assert.rejects(readTrustedDocuments(path), {
    message: new RegExp(`${path} cannot be used: .*ENOENT`),
  });
  await writeFile(path, JSON.stringify({ [id]: text }));
  assert.equal((await readTrustedDocuments(path)).get(id), text);
});
