import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { ContractError } from './contracts.ts';
import { trustedDocuments } from './trusted-documents.ts';

const typeDefs = parse('type Query { title: String }');
const { supergraphSdl = '' } = composeServices([{ name: 'library', typeDefs, url: '' }]);

async function manifestOf(t: TestContext, files: Record<string, string>): Promise<string> {
  const rootDir = await mkdtemp(join(tmpdir(), 'tiffin-operations-'));
  t.after(() => rm(rootDir, { recursive: true }));
  await mkdir(join(rootDir, 'schema/operations'), { recursive: true });
  for (const [name, text] of Object.entries(files))
    await writeFile(join(rootDir, 'schema/operations', name), text);
  return trustedDocuments(rootDir, supergraphSdl);
}

test('each operation stands under the hash of its text, letter by letter', async (t) => {
  const [a, b] = ['query A { title }\n', '# Two\nquery B { t: title }'];
  const manifest = JSON.parse(
    await manifestOf(t, { 'b.graphql': b, 'a.graphql': a, 'readme.md': 'no operation' }),
  );
  assert.deepEqual(Object.entries(manifest), [
    [hash('sha256', a), a],
    [hash('sha256', b), b],
  ]);
});

const wrong: [what: string, text: string, sentence: RegExp][] = [
  ['one that does not fit the schema', 'query A { colour }', /a\.graphql: Cannot query field "colour"/],
  ['one that does not parse', 'query A {', /a\.graphql/],
  ['one without a name', '{ title }', /one operation, with a name/],
  ['two in a file', 'query A { title } query B { title }', /one operation, with a name/],
];
for (const [what, text, sentence] of wrong) {
  test(`refuses ${what}`, async (t) => {
    await assert.rejects(manifestOf(t, { 'a.graphql': text }), (error) => {
      assert.ok(error instanceof ContractError);
      assert.match(error.message, sentence);
      return true;
    });
  });
}
