import assert from 'node:assert/strict';
import { mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type PetSubgraphs, startPetSubgraphs } from './standalone/pet-subgraphs.ts';
import { type SpawnedGateway, spawnGateway } from './standalone/spawn-gateway.ts';

const maxStartMs = 2_000;
/** The order of arguments is free, and an environment may hold what belongs to others. */
const args = ['--port=0', '--supergraph', 'pets.graphql'];
const somebodyElses = { DATABASE_URL: 'mysql://db', REDIS_URL: 'x', OPS_PORT: 'y', TOKEN_VERIFY_KEYS: 'z' };
const allPets = {
  data: {
    pets: [
      { name: 'Rex', visits: 10 },
      { name: 'Mia', visits: 20 },
    ],
  },
};

describe('a gateway that stands alone', () => {
  let cwd: string;
  let subgraphs: PetSubgraphs;
  let gateway: SpawnedGateway;
  before(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'tiffin-standalone-'));
    subgraphs = await startPetSubgraphs();
    await writeFile(join(cwd, 'pets.graphql'), subgraphs.supergraph());
    gateway = await start({
      NODE_OPTIONS: `--import ${import.meta.resolve('./standalone/watch-process.mjs')}`,
    });
  });
  after(async () => {
    await gateway?.[Symbol.asyncDispose]();
    await subgraphs?.[Symbol.asyncDispose]();
    await rm(cwd, { recursive: true, force: true });
  });

  async function start(env: Record<string, string> = {}, byNpm = false): Promise<SpawnedGateway> {
    const spawned = await spawnGateway(args, { cwd, env: { ...somebodyElses, ...env }, byNpm });
    return 'url' in spawned ? spawned : assert.fail(spawned.output);
  }

  it('answers across the subgraphs of the file, to anybody', async () => {
    assert.deepEqual(await gateway.query('{ pets { name visits } }'), allPets);
    assert.deepEqual(
      await gateway.query('{ pets { name visits } }', { authorization: 'Basic of another realm' }),
      allPets,
    );
  });

  it('says what it serves, from where and in what time', () => {
    for (const said of [
      /^Tiffin starts a gateway over pets\.graphql\.$/m,
      /^ {2}gateway +\d+\.\d s +http:\/\/127\.0\.0\.1:\d+$/m,
      /^Ready in \d+\.\d s\.$/m,
      /^ {2}supergraph +pets\.graphql, 2 subgraphs/m,
      /^ +pets +http:\/\/127\.0\.0\.1:\d+\/graphql$/m,
      /^ +visits +http:\/\/127\.0\.0\.1:\d+\/graphql$/m,
    ]) {
      assert.match(gateway.output(), said);
    }
  });

  it('hands nothing of the client on to subgraphs, and no identity of ours', async () => {
    const before = subgraphs.headers.length;
    await gateway.query('{ pets { name visits } }', {
      authorization: 'Bearer secret',
      cookie: 'a=b',
      'x-forwarded-for': '192.0.2.1',
    });
    const sent = subgraphs.headers.slice(before).map((headers) => Object.keys(headers).sort());
    const usual = ['accept', 'connection', 'content-length', 'content-type', 'host'];
    const ours = ['x-request-id', 'x-request-timeout-ms'];
    assert.deepEqual(sent, [
      [...usual, ...ours],
      [...usual, ...ours],
    ]);
  });

  it("shows a subgraph's error as it was sent, without the stack trace", async () => {
    const answer = (await gateway.query('{ broken pets { name visits } }')) as {
      data: object;
      errors: { message: string; path: string[]; extensions: object }[];
    };
    assert.deepEqual(answer.data, { broken: null, ...allPets.data });
    const [error] = answer.errors;
    assert.deepEqual(
      [error?.message, error?.path, error?.extensions],
      ['The vet is ill.', ['broken'], { code: 'VET_ILL', until: 'Monday' }],
    );
  });

  it('has a playground that signs nobody in', async () => {
    const page = await (await fetch(`${gateway.url}/`)).text();
    assert.match(page, /<title>GraphiQL<\/title>/);
    assert.ok(!page.includes('id="sign-in"') && !page.includes('@tiffin.example'));
  });

  it('serves a change of the file without a restart, and no change that it cannot serve', async () => {
    const query = '{ pets { lastVisit } }';
    assert.match(JSON.stringify(await gateway.query(query)), /Cannot query field/);
    // As Kubernetes changes a ConfigMap: a link that leads to another file.
    await writeFile(join(cwd, 'next.graphql'), subgraphs.supergraph('visits: Int! lastVisit: String'));
    await symlink('next.graphql', join(cwd, 'link'));
    await rename(join(cwd, 'link'), join(cwd, 'pets.graphql'));
    await gateway.says('supergraph replaced');
    const expected = { data: { pets: [{ lastVisit: 'yesterday' }, { lastVisit: 'yesterday' }] } };
    assert.deepEqual(await gateway.query(query), expected);

    await writeFile(join(cwd, 'next.graphql'), 'type Query { nonsense: Int }');
    await gateway.says('the old one stays in service');
    assert.deepEqual(await gateway.query(query), expected);
  });

  it('ends on SIGTERM with code 0 once the request under way has its answer, and left nothing on disk', async () => {
    const answer = gateway.query('{ slow }');
    await subgraphs.slowAsked;
    gateway.signal('SIGTERM');
    await refusesConnections(gateway.url);
    subgraphs.releaseSlow();
    assert.deepEqual(await answer, { data: { slow: 'at last' } });
    assert.deepEqual(await gateway.ended, { code: 0, signal: null });
    assert.deepEqual((await readdir(cwd)).sort(), ['next.graphql', 'pets.graphql']);
  });

  it('starts by npm from another folder too, where the path of the file still counts', async () => {
    await writeFile(join(cwd, 'pets.graphql'), subgraphs.supergraph());
    await using another = await start({}, true);
    assert.deepEqual(await another.query('{ pets { name visits } }'), allPets);
    another.signal('SIGTERM');
    await another.ended;
  });

  it('has loaded no database, cache, rpc or tracing', () => {
    const loaded = [...gateway.output().matchAll(/^loads (.*)$/gm)].map(([, name]) => name ?? '');
    assert.ok(loaded.includes('fastify'));
    const heavy =
      /^(@mikro-orm\/|@electric-sql\/|pg$|kysely$|ioredis|@grpc\/|@opentelemetry\/(sdk-trace|exporter-trace))/;
    assert.deepEqual(
      loaded.filter((name) => heavy.test(name)),
      [],
    );
  });

  it('has talked to its subgraphs and to nobody else, its own stop included', () => {
    const hosts = [...gateway.output().matchAll(/^connects to (.*)$/gm)].map(([, host]) => host);
    assert.deepEqual([...new Set(hosts)], ['127.0.0.1']);
  });

  it('starts within 2 s and ends on SIGINT with code 0', async (t) => {
    await writeFile(join(cwd, 'pets.graphql'), subgraphs.supergraph());
    let bestMs = Number.POSITIVE_INFINITY;
    // What else the machine does can only add to the time: the best of three is nearest to what the start takes.
    for (let n = 0; n < 3 && bestMs > maxStartMs; n++) {
      await using another = await start();
      const isBusy = (loadavg()[0] ?? 0) > availableParallelism();
      const cpuMs = await cpuMsOf(another);
      t.diagnostic(`ready in ${another.startedInMs} ms, ${cpuMs} ms of CPU${isBusy ? ', machine busy' : ''}`);
      bestMs = Math.min(bestMs, isBusy ? Math.min(another.startedInMs, cpuMs) : another.startedInMs);
      another.signal('SIGINT');
      assert.deepEqual(await another.ended, { code: 0, signal: null });
    }
    assert.ok(bestMs <= maxStartMs, `the start took ${bestMs} ms`);
  });
});

/** Resolves once nobody listens any more, while what was asked before may still be under way. */
async function refusesConnections(url: string): Promise<void> {
  for (;;) {
    try {
      await fetch(`${url}/readyz`);
    } catch {
      return;
    }
  }
}

async function cpuMsOf({ url }: SpawnedGateway): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const values = [...metrics.matchAll(/^process_cpu_seconds_total\{mode="\w+"\} ([\d.e-]+)/gm)];
  assert.equal(values.length, 2);
  return Math.round(values.reduce((sum, [, seconds]) => sum + Number(seconds), 0) * 1_000);
}

describe('what cannot be served is refused with code 1 and one sentence', () => {
  let cwd: string;
  before(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'tiffin-standalone-'));
  });
  after(() => rm(cwd, { recursive: true, force: true }));

  const join1 = 'schema @core(feature: "https://specs.apollo.dev/join/v0.1") { query: Query }';
  const join5 = 'schema @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION) { query: Query }';
  const graph = (url: string) =>
    `${join5} enum join__Graph { PETS @join__graph(name: "pets", url: "${url}") }`;
  const unfit: [what: string, text: string | undefined, sentence: RegExp][] = [
    ['a file that is missing', undefined, /x\.graphql does not exist\./],
    ['a text that is no SDL', 'hello', /x\.graphql is no valid SDL/],
    ['a supergraph of Federation 1', join1, /x\.graphql is a supergraph of Federation 1/],
    ['a subgraph without URL', graph(''), /x\.graphql has no URL for the subgraph pets/],
    ['a subgraph with a bad URL', graph('pets'), /x\.graphql has a URL for the subgraph pets/],
    ['what Apollo does not take', graph('http://pets'), /x\.graphql cannot be served: /],
  ];
  for (const [what, text, sentence] of unfit) {
    it(what, async () => {
      const file = join(cwd, 'x.graphql');
      if (text !== undefined) await writeFile(file, text);
      const refused = await spawnGateway(['--supergraph', file, '--port', '0'], { cwd });
      assert.ok('code' in refused, 'it started');
      assert.equal(refused.code, 1);
      assert.match(refused.output, sentence);
      const lines = refused.output.trim().split('\n');
      assert.equal(lines.length, 2, refused.output);
      assert.match(lines[1] ?? '', /^gateway could not start: /);
    });
  }
});
