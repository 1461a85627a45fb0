import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { playgroundOperations } from '@tiffin/schema/playground-operations';
import { liveData } from './live-data.ts';
import { soon } from './soon.ts';
import { type PlatformUnderTest, startPlatform } from './start-platform.ts';

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
const packageJson = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));

/** The code blocks of one language, in order. */
const blocks = (language: string) =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, code]) => code ?? '');

describe("the README's examples", () => {
  let platform: PlatformUnderTest;
  /** What the examples come to, for those that come after. */
  let orderId: string | undefined;
  let saleToken: string | undefined;
  let ticketId: string | undefined;
  before(async () => {
    platform = await startPlatform();
  });
  after(() => platform[Symbol.asyncDispose]());

  const operations = blocks('graphql');

  it('are some', () => assert.ok(operations.length >= 4));

  for (const text of operations) {
    const name = /(?:query|mutation) (\w+)/.exec(text)?.[1];
    it(`${name} answers without errors and with data in every field`, async () => {
      const token = await platform.logIn('customer');
      const ask = () => platform.query(text, { token, variables: { orderId, token: saleToken, ticketId } });
      // What follows an order's payment takes a moment, and so does what a look leaves behind.
      const { data, errors } = /^Follow|History$/.test(name ?? '')
        ? await soon(async () => {
            const answer = await ask();
            return nulls(answer.data).length === 0 ? answer : undefined;
          })
        : await ask();
      assert.equal(errors, undefined);
      assert.deepEqual(nulls(data), []);
      for (const answer of Object.values(data as Record<string, { __typename?: string }>)) {
        if (name !== 'ReviewNothing') assert.match(answer.__typename ?? 'Success', /Success$|^Queued$/);
      }
      orderId = data.placeOrder?.order?.id ?? orderId;
      saleToken = data.flashSaleToken?.token ?? saleToken;
      ticketId = data.joinFlashSale?.ticket?.id ?? ticketId;
    });
  }

  it('subscribe to a ticket, and get its state of now first', async () => {
    const command = blocks('sh').find((block) => block.includes('text/event-stream')) ?? '';
    const { query } = JSON.parse(/-d '(.*)'/.exec(command)?.[1] ?? '{}');
    const token = await platform.logIn('customer');
    for await (const data of liveData(platform.url, token, query.replace('…', ticketId), {})) {
      assert.equal(data.flashSaleTicket.status, 'ORDERED');
      break;
    }
  });

  it('show the error as it is', async () => {
    const text = operations.find((operation) => operation.includes('ReviewNothing'));
    const { data } = await platform.query(text ?? '', { token: await platform.logIn('customer') });
    assert.equal(data.addReview.__typename, 'ShopNotFound');
  });
});

it('the rpc and the union that show how an error looks are the real ones', async () => {
  const words = (text: string) => text.split(/[\s|=]+/).filter((word) => word !== '');
  const read = (path: string) => readFile(new URL(`../${path}`, import.meta.url), 'utf8');
  const [rpc = ''] = blocks('proto');
  const proto = await read('proto/tiffin/shop/v1/shop.proto');
  assert.ok(words(proto).join(' ').includes(words(rpc).join(' ')));
  const generated = await read('schema/gen/shop-results.graphql');
  const unionIn = (text: string) => words(/union AddReviewResult =[\s\w|]+/.exec(text)?.[0] ?? '');
  assert.ok(unionIn(readme).length > 3);
  assert.deepEqual(unionIn(readme), unionIn(generated));
});

it('every operation of the playground stands in the README, word for word', () => {
  for (const { name, text } of playgroundOperations())
    assert.ok(readme.includes(`\`\`\`graphql\n${text}\`\`\``), name);
});

it('every npm command of the README exists', () => {
  const named = [...readme.matchAll(/npm run (?:-s )?([\w:]+)/g)].map(([, script]) => script);
  assert.ok(named.length > 3);
  for (const script of named) assert.ok(packageJson.scripts[script ?? ''], `npm run ${script}`);
});

it('every file and folder that the README links to exists', async () => {
  for (const [, path] of readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)) {
    await readFile(new URL(`../${path}`, import.meta.url));
  }
});

/** Paths of the nulls in an answer. */
function nulls(value: unknown, path = ''): string[] {
  if (value === null || (Array.isArray(value) && value.length === 0)) return [path];
  if (typeof value !== 'object') return [];
  return Object.entries(value as object).flatMap(([key, inner]) => nulls(inner, `${path}.${key}`));
}
