import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { composeServices } from '@apollo/composition';
import { createTestAuthority } from '@tiffin/lib/testing/test-certificates';
import { parse } from 'graphql';
import { type SpawnedGateway, spawnGateway } from './standalone/spawn-gateway.ts';

const trusted = 'query Greet { greeting }';

// A gateway in production over subgraphs of somebody else: they want a certificate, and it runs what it knows.
describe('a gateway that stands alone over encrypted links and runs trusted documents only', () => {
  let cwd: string;
  let gateway: SpawnedGateway;
  let without: SpawnedGateway;
  /** Why the subgraph let somebody not in. */
  const refusals = new Set<string | undefined>();
  // A hook of a hook would run when that ends.
  const cleanups: (() => unknown)[] = [];
  const later = { after: (cleanup: () => unknown) => void cleanups.push(cleanup) };

  async function start(env: Record<string, string>): Promise<SpawnedGateway> {
    const spawned = await spawnGateway(['--port=0', '--supergraph', 'supergraph.graphql'], { cwd, env });
    return 'url' in spawned ? spawned : assert.fail(spawned.output);
  }

  before(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'tiffin-standalone-edge-'));
    later.after(() => rm(cwd, { recursive: true, force: true }));
    const authority = await createTestAuthority(later);
    const [greeter, own] = await Promise.all([
      authority.sign('greeter', ['IP:127.0.0.1']),
      authority.sign('gateway', []),
    ]);
    const tls = { ...greeter, ca: authority.ca, requestCert: true, rejectUnauthorized: true };
    const subgraph = createServer(tls, (_request, response) => {
      response.setHeader('content-type', 'application/json').end('{"data":{"greeting":"Hello."}}');
    });
    subgraph.on('tlsClientError', (error: NodeJS.ErrnoException) => refusals.add(error.code));
    await new Promise<void>((resolve) => subgraph.listen(0, '127.0.0.1', resolve));
    later.after(() => {
      subgraph.close();
      subgraph.closeAllConnections();
    });
    const url = `https://127.0.0.1:${(subgraph.address() as AddressInfo).port}/graphql`;
    const typeDefs = parse('type Query { greeting: String }');
    const { supergraphSdl = '' } = composeServices([{ name: 'greeter', url, typeDefs }]);
    await writeFile(join(cwd, 'supergraph.graphql'), supergraphSdl);
    await writeFile(join(cwd, 'documents.json'), JSON.stringify({ [hash('sha256', trusted)]: trusted }));
    await Promise.all(
      Object.entries({ cert: own.cert, key: own.key, ca: authority.ca }).map(([name, text]) =>
        writeFile(join(cwd, name), text),
      ),
    );
    const documents = { TRUSTED_DOCUMENTS: 'only', TRUSTED_DOCUMENTS_PATH: 'documents.json' };
    gateway = await start({
      ...documents,
      INTERNAL_TLS: 'mutual',
      INTERNAL_TLS_CERT_FILE: join(cwd, 'cert'),
      INTERNAL_TLS_KEY_FILE: join(cwd, 'key'),
      INTERNAL_TLS_CA_FILE: join(cwd, 'ca'),
    });
    without = await start({ ...documents, INTERNAL_TLS: 'on', INTERNAL_TLS_CA_FILE: join(cwd, 'ca') });
  });
  after(async () => {
    await gateway?.[Symbol.asyncDispose]();
    await without?.[Symbol.asyncDispose]();
    for (const cleanup of cleanups) await cleanup();
  });

  async function ask({ url }: SpawnedGateway, body: object): Promise<unknown> {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return response.json();
  }
  const named = { documentId: `sha256:${hash('sha256', trusted)}` };

  it('answers a trusted document, by its hash and by its text', async () => {
    const expected = { data: { greeting: 'Hello.' } };
    assert.deepEqual(await ask(gateway, named), expected);
    assert.deepEqual(await ask(gateway, { query: trusted }), expected);
  });

  it('runs nothing else', async () => {
    const query = '{ greeting }';
    const persistedQuery = { version: 1, sha256Hash: hash('sha256', query) };
    for (const body of [
      { query },
      { query, extensions: { persistedQuery } },
      { extensions: { persistedQuery } },
    ]) {
      assert.match(JSON.stringify(await ask(gateway, body)), /"DOCUMENT_NOT_TRUSTED"/);
    }
  });

  it('without a certificate the subgraph is out of reach', async () => {
    const { data, errors } = (await ask(without, named)) as {
      data: unknown;
      errors: { extensions: object }[];
    };
    assert.deepEqual(data, { greeting: null });
    assert.match(JSON.stringify(errors[0]?.extensions), /"UNAVAILABLE"/);
    assert.deepEqual([...refusals], ['ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE']);
  });
});
