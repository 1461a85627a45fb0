import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type PlatformUnderTest, startPlatform } from './start-platform.ts';

const maxAttempts = 4;
const email = 'merchant@tiffin.example';

const guess = (alias: number, password = `guess ${alias}`) =>
  `g${alias}: login(input: { email: "${email}", password: "${password}" }) { __typename }`;
const guesses = (count: number, from = 0) =>
  Array.from({ length: count }, (_, n) => guess(from + n)).join('\n');

/** How often each outcome came. */
function countsOf(data: Record<string, { __typename: string }>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { __typename } of Object.values(data)) counts[__typename] = (counts[__typename] ?? 0) + 1;
  return counts;
}

describe('guessing at an account through the gateway', () => {
  let platform: PlatformUnderTest;
  before(async () => {
    // As many aliases and root fields as anybody likes: the account's own limit has to do alone.
    platform = await startPlatform({
      ACCOUNT_MAX_LOGIN_ATTEMPTS: String(maxAttempts),
      MAX_ALIASES: '1000',
      MAX_ROOT_FIELDS: '1000',
    });
  });
  after(() => platform[Symbol.asyncDispose]());

  it('a hundred aliases in one operation are no more than the attempts of one account', async () => {
    const { data, errors } = await platform.query(`mutation { ${guesses(100)} }`);
    assert.equal(errors, undefined);
    assert.deepEqual(countsOf(data), { InvalidCredentials: maxAttempts, RateLimited: 100 - maxAttempts });
  });

  it('nor are more operations, at once, written in another way, or sent in another name', async () => {
    const more = await Promise.all([
      platform.query(`mutation { ${guesses(20, 200)} }`),
      platform.query(`mutation M { ...F } fragment F on Mutation { ${guesses(20, 300)} }`),
      platform.query(
        `mutation { login(input: { email: " ${email.toUpperCase()} ", password: "x" }) { __typename } }`,
      ),
      platform.query(
        `mutation ($p: String!) { login(input: { email: "${email}", password: $p }) { __typename } }`,
        {
          variables: { p: 'guess' },
          headers: { 'x-forwarded-for': '192.0.2.99' },
        },
      ),
    ]);
    for (const { data } of more) {
      const counts = countsOf(data);
      assert.equal(counts['InvalidCredentials'], undefined, JSON.stringify(counts));
      assert.equal(counts['LoginSuccess'], undefined);
    }
  });

  it('the right password among the guesses does not help while the account is locked', async () => {
    const { data } = await platform.query(`mutation { ${guess(1)} ${guess(2, 'tiffin-demo')} }`);
    assert.deepEqual(countsOf(data), { RateLimited: 2 });
  });

  it('several operations in one body are none', async () => {
    const response = await fetch(`${platform.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([{ query: `mutation { ${guess(1)} }` }, { query: `mutation { ${guess(2)} }` }]),
    });
    assert.equal(response.status, 400);
    const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
    assert.equal(errors[0]?.extensions.code, 'MALFORMED_REQUEST');
  });

  it('other accounts are not concerned', async () => {
    assert.ok(await platform.logIn('customer'));
  });
});

describe('the same with the gateway’s own limits', () => {
  it('refuses the operation before an attempt is made', async (t) => {
    const platform = await startPlatform();
    t.after(() => platform[Symbol.asyncDispose]());
    const { data, errors } = await platform.query(`mutation { ${guesses(100)} }`);
    assert.equal(data, undefined);
    assert.deepEqual(errors?.[0]?.extensions, {
      code: 'OPERATION_LIMIT_EXCEEDED',
      limit: 'ROOT_FIELDS',
      maximum: 50,
    });
    assert.ok(await platform.logIn('merchant'));
  });
});
