import { systemClock } from '@tiffin/lib/clock/clock';
import { AppError } from '@tiffin/lib/errors/app-error';
import { createAccessTokenSigner } from '@tiffin/lib/identity/access-token';
import { parseSigningKey } from '@tiffin/lib/identity/token-keys';
import { callBy, userWith } from '@tiffin/lib/testing/call-by';
import { createRealPostgres } from '@tiffin/lib/testing/real-postgres';
import { startRealRedis } from '@tiffin/lib/testing/real-redis';
import { ensureProgram } from '../scripts/ensure-program.ts';
import { startPostgresForTests } from '../scripts/postgres-for-tests.ts';
import { addSaleBuyers } from '../tests/chaos/sale/sale-buyers.ts';
import { measureBareScript } from './bare-script.ts';
import { filterTimes } from './filter-times.ts';
import { loadJoins } from './join-load.ts';
import { table } from './print-report.ts';
import { type Measured, type SalePlatform, startSalePlatform } from './sale-platform.ts';
import {
  atOnce,
  cpuOf,
  filterTable,
  type Measurement,
  type Phase,
  type Rush,
  refusalTable,
  rushLines,
  rushUsers,
  scriptLines,
  serviceTable,
  shownCpu,
  users,
  verdictOf,
} from './sale-report.ts';

// npm run bench:sale: what joins of a flash sale cost, those that are let in and those that are turned away, on servers
// that it starts. The service is a process of its own, which is asked by gRPC; then all of it through the gateway.

const warmUps = 1_500;
const throughGateway = 1_500;
const cpuNote = `CPU in µs for one join: all threads of that process, the taking and answering of the rpc included, and the engines
behind it; "a core" counts the process alone.`;
const print = (text: string) => void process.stdout.write(`${text}\n`);

const plenty = 400_000;
const phases: readonly Phase[] = [
  { name: 'let in', sale: { left: plenty }, answer: 'QUEUED' },
  { name: 'joined before', sale: { left: plenty }, answer: 'ALREADY_JOINED', isAgain: true },
  {
    name: 'no access',
    sale: { left: plenty, rules: '[{"area":{"areas":["Nowhere"]}}]' },
    answer: 'ACCESS_DENIED',
  },
  {
    name: 'denied before',
    sale: { left: plenty, rules: '[{"area":{"areas":["Nowhere"]}}]' },
    answer: 'ACCESS_DENIED',
    isAgain: true,
  },
  { name: 'sold out, in the bucket', sale: { left: 0, sold: plenty }, answer: 'SOLD_OUT' },
  { name: 'sold out, bucket empty', sale: { left: 0, sold: 1 }, answer: 'SOLD_OUT' },
  {
    name: 'bucket empty',
    sale: { left: 2, rules: '[{"area":{"areas":["Nowhere"]}}]' },
    answer: 'RATE_LIMITED',
  },
  { name: 'token of another', sale: { left: plenty }, answer: 'FLASH_SALE_TOKEN_INVALID', isForged: true },
  { name: 'not begun', sale: { left: plenty, startsInMs: 3_000_000 }, answer: 'NOT_STARTED' },
];
/** A hundred units, and six thousand who want one, of whom the rule keeps some out. */
const rush: Phase = {
  name: 'a rush',
  sale: { left: 100, rules: '[{"area":{"areas":["Mitte"]}}]' },
  answer: 'SOLD_OUT',
  isMixed: true,
};
const rushRounds = 3;
const rushComparisons = 1_500;

const postgresServer = await startPostgresForTests(() => {});
process.env['TEST_DATABASE_URL'] = postgresServer.url;
ensureProgram('redis-server', 'redis-server', () => {});
const [postgres, redis] = await Promise.all([createRealPostgres(), startRealRedis()]);
try {
  await using platform = await startSalePlatform(postgres, redis);
  const buyers = await addSaleBuyers(platform.books, platform.signingKey, rushUsers);
  const everybody = buyers.map(({ userId }) => userId);
  const ids = everybody.slice(0, users);
  await measureService(
    platform,
    { name: '', sale: { left: plenty }, answer: 'QUEUED' },
    ids.slice(0, warmUps),
  );
  const measurements: Measurement[] = [];
  for (const phase of phases) measurements.push(await measureService(platform, phase, ids));
  print(`Node ${process.versions.node}. Joins by gRPC to one process of activity, ${atOnce} at once, ${users} users a line.
${cpuNote}`);
  print(serviceTable(measurements));
  print(
    `\nµs that a join spent in each filter, waiting for engines and for its turn included\n${filterTable(measurements)}`,
  );
  print(`\nWhat each filter turned away\n${refusalTable(measurements)}`);
  const rushes = await measureRushes(platform, everybody);
  print(`\n${rushLines(rushes)}`);
  print(`\nThrough the gateway, ${throughGateway} users a line\n${await gatewayTable(platform)}`);
  print(`\n${scriptLines(await measureBareScript(redis.url, atOnce), measurements)}`);
  const { text, holds } = verdictOf(rushes);
  print(`\n${text}`);
  // Whoever wants to know whether it holds does not.
  process.exitCode = holds ? 0 : 1;
} finally {
  await Promise.all([postgres.drop(), redis.stop()]);
  await postgresServer.stop();
}

async function measureService(
  platform: SalePlatform,
  phase: Phase,
  userIds: readonly string[],
): Promise<Measurement> {
  const flashSaleId = await platform.addSale(phase.sale);
  const join = async (userId: string): Promise<string> => {
    const token = platform.tokenOf(phase.isForged ? '1' : userId);
    const call = { ...callBy(userWith(userId, 'CUSTOMER')), deadlineMs: Date.now() + 10_000 };
    try {
      await platform.client.joinFlashSale({ flashSaleId, token, addressId: userId }, call);
      return 'QUEUED';
    } catch (error) {
      if (error instanceof AppError) return error.code;
      throw error;
    }
  };
  // Each of them has asked for the token just before, as everybody has who joins: the service knows who they are.
  const askToken = async (userId: string): Promise<string> => {
    const call = { ...callBy(userWith(userId, 'CUSTOMER')), deadlineMs: Date.now() + 10_000 };
    await platform.client.flashSaleToken({ flashSaleId }, call).catch(() => {});
    return '';
  };
  await loadJoins(userIds, atOnce, askToken);
  // Whoever comes first reads what there is of the sale, and one process has that in Redis before the rush.
  while ((await join('1')) === 'UNAVAILABLE');
  if (phase.isAgain) await loadJoins(userIds, atOnce, join);
  const before = await lookAt(platform, 'activity');
  const load = await loadJoins(userIds, atOnce, join);
  const after = await lookAt(platform, 'activity');
  const got = load.answers.get(phase.answer) ?? 0;
  if (!phase.isMixed && got < 0.9 * userIds.length)
    throw new Error(`${phase.name}: ${[...load.answers].map((each) => each.join(' × ')).join(', ')}`);
  return {
    ...load,
    phase,
    cpu: cpuOf(before.cpu, after.cpu, userIds.length),
    filters: filterTimes(before.text, after.text),
  };
}

async function lookAt(platform: SalePlatform, of: Measured) {
  return { text: await platform.metrics(of), cpu: await platform.cpu() };
}

/** One that is let in, and one that comes too late, with all that GraphQL costs. */
async function gatewayTable(platform: SalePlatform): Promise<string> {
  const signer = createAccessTokenSigner({
    key: await parseSigningKey(platform.signingKey),
    clock: systemClock,
  });
  const document = `mutation ($input: JoinFlashSaleInput!) { joinFlashSale(input: $input) {
    __typename ... on Queued { ticket { id } pollAfterMs } ... on SoldOut { flashSaleId } } }`;
  const rows: string[][] = [];
  for (const [name, sale, answer] of [
    ['', { left: plenty }, 'Queued'],
    ['let in', { left: plenty }, 'Queued'],
    ['sold out', { left: 0, sold: 1 }, 'SoldOut'],
  ] as const) {
    const flashSaleId = await platform.addSale(sale);
    const buyers = await Promise.all(
      Array.from({ length: throughGateway }, async (_, index) => {
        const userId = String(70_000_000 + index);
        return { userId, token: (await signer.sign({ userId, roles: ['CUSTOMER'] })).token };
      }),
    );
    const join = async ({ userId, token }: (typeof buyers)[number]): Promise<string> => {
      const input = { flashSaleId, token: platform.tokenOf(userId), addressId: userId };
      const { data, errors } = await platform.gateway.query(document, { variables: { input }, token });
      return data?.joinFlashSale.__typename ?? errors?.[0]?.extensions.code ?? 'nothing';
    };
    const [first, ...others] = buyers as [(typeof buyers)[number]];
    while ((await join(first)) === 'Unavailable');
    const before = await platform.cpu();
    const load = await loadJoins(others, atOnce, join);
    const after = await platform.cpu();
    if ((load.answers.get(answer) ?? 0) < 0.9 * others.length)
      throw new Error(`${name}: ${[...load.answers].map((each) => each.join(' × ')).join(', ')}`);
    const { activity, postgres, redis } = cpuOf(before, after, others.length);
    const cpu = [(after.gateway - before.gateway) / others.length, activity, postgres, redis];
    if (name)
      rows.push([
        name,
        ...cpu.map(shownCpu),
        (others.length / load.seconds).toFixed(0),
        load.p50.toFixed(1),
        load.p99.toFixed(1),
      ]);
  }
  return table([['', 'gateway', 'activity', 'PostgreSQL', 'Redis', 'joins/s', 'p50 ms', 'p99 ms'], ...rows]);
}

/** By turns, so that whatever else the machine does meets all. Those with the same stock are let in alike. */
async function measureRushes(platform: SalePlatform, userIds: readonly string[]): Promise<Rush[]> {
  const letIn = async () =>
    (await measureService(platform, phases[0] as Phase, userIds.slice(0, rushComparisons))).cpu;
  const found: Rush[] = [];
  let before = await letIn();
  for (let round = 0; round < rushRounds; round++) {
    const measurement = await measureService(platform, rush, userIds);
    const after = await letIn();
    const queued = measurement.answers.get('QUEUED') ?? 0;
    const compare = (of: 'sum' | 'activity') => {
      const accepted = (before[of] + after[of]) / 2;
      const refused = (measurement.cpu[of] * userIds.length - queued * accepted) / (userIds.length - queued);
      return { accepted, refused };
    };
    const own = compare('activity');
    found.push({ measurement, ...compare('sum'), ownRatio: own.refused / own.accepted });
    before = after;
  }
  return found.sort((one, other) => one.refused / one.accepted - other.refused / other.accepted);
}
