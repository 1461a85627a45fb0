import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { demoId } from '@tiffin/lib/demo/demo-id';
import { generateTokenKeysOnce } from '@tiffin/lib/identity/token-keys';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { type GraphQLAnswer, type PlatformUnderTest, startPlatform } from './start-platform.ts';

const shopId = String(demoId('shop', 1));
const goodsId = String(demoId('goods', 1));
const unknownId = '999999999999999999';

describe('bad input gets a typed answer', () => {
  let platform: PlatformUnderTest;
  let customer: string;
  let admin: string;
  before(async () => {
    platform = await startPlatform();
    [customer, admin] = await Promise.all([platform.logIn('customer'), platform.logIn('admin')]);
  });
  after(() => platform[Symbol.asyncDispose]());

  const only = (answer: GraphQLAnswer): string | undefined => {
    assert.equal(answer.errors?.length, 1, JSON.stringify(answer));
    return answer.errors?.[0]?.extensions.code;
  };

  it('unknown ids are null on reads, in every form of id', async () => {
    for (const id of [unknownId, '0', '-1', 'abc', '9'.repeat(40), "1' or '1'='1", '']) {
      const { data, errors } = await platform.query(
        'query ($id: ID!) { shop(id: $id) { name } goods(id: $id) { name } }',
        {
          variables: { id },
        },
      );
      assert.deepEqual({ data, errors }, { data: { shop: null, goods: null }, errors: undefined }, id);
    }
  });

  it('unknown ids are typed on mutations', async () => {
    const { data } = await platform.query(
      `mutation ($shop: ID!, $goods: ID!) {
        addReview(input: { idempotencyKey: "bad-input-1", shopId: $shop, stars: 5 }) { ... on ShopNotFound { shopId } }
        openShop(input: { idempotencyKey: "bad-input-2", shopId: $shop }) { __typename }
        adjustStock(input: { idempotencyKey: "bad-input-3", goodsId: $goods, delta: 1, reason: "x" }) {
          __typename
          ... on GoodsNotFound { goodsId }
        }
      }`,
      { variables: { shop: unknownId, goods: unknownId }, token: admin },
    );
    assert.deepEqual(data.addReview, { shopId: unknownId });
    assert.deepEqual(data.openShop, { __typename: 'ShopNotFound' });
    assert.deepEqual(data.adjustStock, { __typename: 'GoodsNotFound', goodsId: unknownId });
  });

  it('a negative quantity below the stock is OutOfStock with what is there', async () => {
    const { data } = await platform.query(
      `mutation ($goods: ID!) {
        adjustStock(input: { idempotencyKey: "bad-input-4", goodsId: $goods, delta: -999999, reason: "theft" }) {
          ... on OutOfStock { code goodsId available }
        }
      }`,
      { variables: { goods: goodsId }, token: admin },
    );
    const { code, available } = data.adjustStock;
    assert.equal(code, 'OUT_OF_STOCK');
    assert.ok(available >= 0);
  });

  it('InvalidArgument names every wrong field and what would be right', async () => {
    const { data } = await platform.query(
      `mutation ($shop: ID!) {
        addReview(input: { idempotencyKey: "", shopId: $shop, stars: 9, text: "bad \\u0000 byte" }) {
          ... on InvalidArgument { violations { field expected } }
        }
      }`,
      { variables: { shop: shopId }, token: customer },
    );
    const fields = data.addReview.violations.map(({ field }: { field: string }) => field).sort();
    assert.deepEqual(fields, ['idempotencyKey', 'stars', 'text']);
    assert.ok(
      data.addReview.violations.every(({ expected }: { expected: string }) => expected.startsWith('must')),
    );
  });

  it('a page size out of bounds is INVALID_ARGUMENT on its field; siblings survive', async () => {
    for (const first of [0, -1, 101, 10_000]) {
      const answer = await platform.query(
        'query ($first: Int!) { shops(first: $first) { edges { cursor } } categories(first: 1) { edges { cursor } } }',
        { variables: { first } },
      );
      assert.equal(only(answer), 'INVALID_ARGUMENT');
      assert.equal(answer.data.shops, null);
      assert.equal(answer.data.categories.edges.length, 1);
    }
  });

  it('a page size beyond what an answer may have is OPERATION_LIMIT_EXCEEDED', async () => {
    const answer = await platform.query('query ($n: Int!) { shops(first: $n) { edges { cursor } } }', {
      variables: { n: 2_147_483_647 },
    });
    assert.equal(only(answer), 'OPERATION_LIMIT_EXCEEDED');
    assert.equal(answer.data, undefined);
  });

  it('a made-up cursor is INVALID_ARGUMENT', async () => {
    const answer = await platform.query('{ shops(after: "made-up") { edges { cursor } } }');
    assert.equal(only(answer), 'INVALID_ARGUMENT');
  });

  it('a body of 10 MB is 413 PAYLOAD_TOO_LARGE', async () => {
    const answer = await platform.query(`{ shops { edges { cursor } } } #${'x'.repeat(10_000_000)}`);
    assert.equal(answer.status, 413);
    assert.equal(only(answer), 'PAYLOAD_TOO_LARGE');
  });

  it('what is no GraphQL request is MALFORMED_REQUEST', async () => {
    for (const text of ['{', '{ nothing }', 'query A { __typename } query B { __typename }', '']) {
      assert.equal(only(await platform.query(text)), 'MALFORMED_REQUEST', text);
    }
  });

  it("someone else's address is AddressNotFound, whether it exists or not", async () => {
    const added = await platform.query(
      `mutation {
        addAddress(input: {
          idempotencyKey: "bad-input-5"
          lines: { label: "Office", street: "Main St 1", city: "Berlin", postalCode: "10115", area: "Mitte" }
        }) { ... on AddAddressSuccess { address { id } } }
      }`,
      { token: admin },
    );
    const theirs = added.data.addAddress.address.id;
    for (const id of [theirs, unknownId]) {
      const { data } = await platform.query(
        `mutation ($id: ID!) {
          removeAddress(input: { idempotencyKey: "bad-input-${id}", addressId: $id }) { ... on AddressNotFound { addressId } }
        }`,
        { variables: { id }, token: customer },
      );
      assert.deepEqual(data.removeAddress, { addressId: id });
    }
  });

  it("another user's private fields are FORBIDDEN, the public ones are there", async () => {
    const answer = await platform.query(
      'query ($id: ID!) { shop(id: $id) { owner { displayName email } } }',
      { variables: { id: shopId }, token: customer },
    );
    assert.equal(only(answer), 'FORBIDDEN');
    assert.ok(answer.data.shop.owner.displayName);
    assert.equal(answer.data.shop.owner.email, null);
  });

  it('the wrong role is Forbidden, nobody is Unauthenticated', async () => {
    const createShop = `mutation ($category: ID!) {
      createShop(input: { idempotencyKey: "bad-input-7", name: "X", categoryId: $category, area: "Mitte" }) { __typename }
    }`;
    const variables = { category: String(demoId('category', 1)) };
    const asCustomer = await platform.query(createShop, { variables, token: customer });
    assert.deepEqual(asCustomer.data.createShop, { __typename: 'Forbidden' });
    const asNobody = await platform.query(createShop, { variables });
    assert.deepEqual(asNobody.data.createShop, { __typename: 'Unauthenticated' });
  });

  it("another merchant's shop is Forbidden", async () => {
    const merchant = await platform.logIn('merchant');
    const { data } = await platform.query(
      `query { shops(first: 100) { edges { node { id owner { id } } } } me { id } }`,
      { token: merchant },
    );
    const foreign = data.shops.edges.find(
      ({ node }: { node: { owner: { id: string } } }) => node.owner.id !== data.me.id,
    );
    const answer = await platform.query(
      'mutation ($id: ID!) { closeShop(input: { idempotencyKey: "bad-input-8", shopId: $id }) { __typename } }',
      { variables: { id: foreign.node.id }, token: merchant },
    );
    assert.deepEqual(answer.data.closeShop, { __typename: 'Forbidden' });
  });

  describe('tokens', () => {
    const refused = async (token: string) => {
      const answer = await platform.query('{ __typename }', { token });
      assert.equal(answer.status, 401);
      assert.equal(only(answer), 'UNAUTHENTICATED');
    };
    const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = {
      sub: '1',
      roles: ['ADMIN'],
      iss: 'tiffin',
      aud: 'tiffin-gateway',
      iat: 1,
      exp: 4_102_444_800,
    };

    it('a malformed JWT', async () => {
      for (const token of [
        'x',
        'a.b.c',
        `${encoded({ alg: 'EdDSA' })}.${encoded(claims)}.`,
        'x'.repeat(9_000),
      ]) {
        await refused(token);
      }
    });

    it('an expired one, one for another audience, one of another issuer', async () => {
      const keys = await generateTokenKeysOnce(join(platform.dataDir, 'keys'));
      const sign = (changes: object) =>
        new SignJWT({ ...claims, ...changes })
          .setProtectedHeader({ alg: 'EdDSA', kid: keys.signingKey.id })
          .sign(keys.signingKey.privateKey);
      const answer = await platform.query('{ __typename }', { token: await sign({}) });
      assert.equal(answer.status, 200, 'the control: the same token without a change is taken');
      await refused(await sign({ exp: 1_000_000_000 }));
      await refused(await sign({ aud: 'tiffin-internal' }));
      await refused(await sign({ iss: 'somebody' }));
    });

    it('alg=none', () => refused(`${encoded({ alg: 'none' })}.${encoded(claims)}.`));

    it('a key of somebody else', async () => {
      const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
      const header = { alg: 'EdDSA', jwk: await exportJWK(publicKey) };
      await refused(await new SignJWT(claims).setProtectedHeader(header).sign(privateKey));
    });

    it('a changed payload', async () => {
      const [header, , signature] = customer.split('.');
      await refused(`${header}.${encoded(claims)}.${signature}`);
    });

    it('another scheme', async () => {
      const answer = await platform.query('{ __typename }', {
        headers: { authorization: `Basic ${customer}` },
      });
      assert.equal(answer.status, 401);
    });
  });
});
