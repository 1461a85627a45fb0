import assert from 'node:assert/strict';
import { soon } from './soon.ts';
import type { PlatformUnderTest } from './start-platform.ts';

type Platform = Pick<PlatformUnderTest, 'query'>;

/** Somebody who can buy. */
export interface Buyer {
  readonly token: string;
  readonly addressId: string;
}

export interface SaleOptions {
  readonly stock: number;
  /** Milliseconds from now; below zero it runs already. Default -1,000. */
  readonly startsInMs?: number;
  readonly rules?: readonly object[];
}

/** A ticket as `ticketOf` reads it. */
export interface Ticket {
  readonly id: string;
  readonly status: string;
  readonly flashSale: { readonly id: string };
  readonly order: { readonly id: string; readonly status: string } | null;
}

const hourMs = 3_600_000;
let count = 0;
const freshKey = () => `sale-${++count}`;

/** What a mutation answers. */
export async function change(
  platform: Platform,
  token: string,
  field: string,
  input: Record<string, unknown>,
  selection: string,
  // biome-ignore lint/suspicious/noExplicitAny: the shape differs with each selection
): Promise<any> {
  const type = `${field.charAt(0).toUpperCase()}${field.slice(1)}Input`;
  const { data, errors } = await platform.query(
    `mutation ($input: ${type}!) { ${field}(input: $input) { __typename ${selection} } }`,
    { variables: { input }, token },
  );
  assert.equal(errors, undefined);
  return data[field];
}

/** The same with an idempotency key of its own. */
export const changeOnce: typeof change = (platform, token, field, input, selection) =>
  change(platform, token, field, { idempotencyKey: freshKey(), ...input }, selection);

/** The id of a new flash sale of the first goods of the first shop, which lasts an hour. */
export async function createSale(platform: Platform, admin: string, options: SaleOptions): Promise<string> {
  const { stock, startsInMs = -1_000, rules } = options;
  const { data } = await platform.query(
    '{ shops(first: 1) { edges { node { goods(first: 1) { edges { node { id } } } } } } }',
  );
  const startsAt = Date.now() + startsInMs;
  const fields = {
    name: `Sale ${++count}`,
    goodsId: data.shops.edges[0].node.goods.edges[0].node.id,
    price: { amountCents: 99, currency: 'EUR' },
    startsAt: new Date(startsAt).toISOString(),
    endsAt: new Date(startsAt + hourMs).toISOString(),
    ...(rules && { rules }),
  };
  const selection = `... on CreateFlashSaleSuccess { flashSale { flashSale { id stock left } } }
    ... on InvalidArgument { violations { field expected } } ... on Error { message }`;
  const created = await changeOnce(platform, admin, 'createFlashSale', { fields, stock }, selection);
  assert.equal(created.__typename, 'CreateFlashSaleSuccess', JSON.stringify(created));
  const sale = created.flashSale.flashSale;
  assert.deepEqual([sale.stock, sale.left], [stock, stock]);
  return sale.id;
}

/** A new account with an address in Mitte. */
export async function newBuyer(platform: Platform): Promise<Buyer> {
  const { data } = await platform.query(
    `mutation ($input: RegisterInput!) {
      register(input: $input) { ... on RegisterSuccess { session { accessToken } } ... on Error { message } }
    }`,
    {
      variables: {
        input: {
          email: `buyer-${++count}@tiffin.example`,
          password: 'tiffin-demo',
          displayName: `Buyer ${count}`,
        },
      },
    },
  );
  const token: string = data.register.session.accessToken;
  const lines = { label: 'Home', street: 'Street 1', city: 'Berlin', postalCode: '10115', area: 'Mitte' };
  const selection = '... on AddAddressSuccess { address { id } } ... on Error { message }';
  const added = await changeOnce(platform, token, 'addAddress', { lines }, selection);
  return { token, addressId: added.address.id };
}

/** What `flashSaleToken` answers. */
export const askToken = (platform: Platform, { token }: Buyer, flashSaleId: string) =>
  change(
    platform,
    token,
    'flashSaleToken',
    { flashSaleId },
    `... on FlashSaleTokenSuccess { token expiresAt }
     ... on NotStarted { startsAt }
     ... on Ended { flashSaleId }
     ... on FlashSaleNotFound { flashSaleId }`,
  );

/** What `joinFlashSale` answers, with a token that is fetched for it unless one is given. */
export async function join(
  platform: Platform,
  buyer: Buyer,
  flashSaleId: string,
  saleToken?: string,
): ReturnType<typeof change> {
  const token = saleToken ?? (await askToken(platform, buyer, flashSaleId)).token;
  assert.ok(token);
  const selection = `... on Queued { ticket { id status flashSale { id } order { id } } pollAfterMs }
    ... on AlreadyJoined { ticketId }
    ... on SoldOut { flashSaleId }
    ... on AccessDenied { rule reason }
    ... on NotStarted { startsAt }
    ... on Ended { flashSaleId }
    ... on FlashSaleNotFound { flashSaleId }
    ... on FlashSaleTokenInvalid { flashSaleId }
    ... on RateLimited { retryAfterMs }
    ... on Error { message }`;
  const input = { flashSaleId, token, addressId: buyer.addressId };
  const { message, ...answer } = await change(platform, buyer.token, 'joinFlashSale', input, selection);
  return answer;
}

/** The id of the ticket that somebody got. */
export async function queued(platform: Platform, buyer: Buyer, flashSaleId: string): Promise<string> {
  const answer = await join(platform, buyer, flashSaleId);
  assert.equal(answer.__typename, 'Queued', JSON.stringify(answer));
  return answer.ticket.id;
}

export async function ticketOf(platform: Platform, { token }: Buyer, id: string): Promise<Ticket | null> {
  const { data, errors } = await platform.query(
    'query ($id: ID!) { flashSaleTicket(id: $id) { id status flashSale { id } order { id status } } }',
    { variables: { id }, token },
  );
  assert.equal(errors, undefined);
  return data.flashSaleTicket;
}

/** The ticket once it has the status. */
export function ticketThatIs(
  platform: Platform,
  buyer: Buyer,
  id: string,
  status: string,
  maxMs?: number,
): Promise<Ticket> {
  const look = async () => {
    const ticket = await ticketOf(platform, buyer, id);
    return ticket?.status === status ? ticket : undefined;
  };
  return soon(look, maxMs);
}
