import { setTimeout as delay } from 'node:timers/promises';
import { DemoRandom } from '@tiffin/lib/demo/demo-random';
import { type Attempt, type Gateway, type Operation, sendUntilFinal, type Tally } from '../attempt.ts';
import type { SaleBuyer } from './sale-buyers.ts';

/** A sale as its buyers meet it. */
export interface SaleShop {
  /** One of the gateways, another one each time. */
  readonly gateway: Gateway;
  readonly saleId: string;
  readonly tally: Tally;
  /** From now on all who can pay do. */
  readonly isLate: () => boolean;
  /** Nobody waits any longer. */
  readonly closed: AbortSignal;
}

/** What a buyer was told. */
export interface Told {
  readonly buyer: SaleBuyer;
  /** Tickets of `Queued` and `AlreadyJoined`. */
  readonly tickets: Set<string>;
  readonly orders: Set<string>;
  /** Payments and cancellations. */
  readonly attempts: Attempt[];
  isDenied: boolean;
  wasSoldOut: boolean;
  /** What the ticket was when the buyer stopped looking. */
  lastStatus: string | undefined;
  /** Answers that nobody should get. */
  readonly odd: string[];
}

export const toldNothing = (buyer: SaleBuyer): Told => ({
  ...{ buyer, tickets: new Set<string>(), orders: new Set<string>(), attempts: [], odd: [] },
  ...{ isDenied: false, wasSoldOut: false, lastStatus: undefined },
});

// Each test knows what it asks for.
type Answer = { readonly __typename: string } & Record<string, unknown>;

const waiting = ['Unavailable', 'DeadlineExceeded', 'RateLimited', 'InProgress'];
const waitingCodes = ['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'RATE_LIMITED'];
const maxWaitMs = 2_000;
const defaultWaitMs = 150;
const maxTries = 30;
const lookEveryMs = 700;
const maxDecideMs = 500;

const again = '... on RateLimited { retryAfterMs } ... on Unavailable { retryAfterMs }';
const tokenDocument = `mutation ($input: FlashSaleTokenInput!) { flashSaleToken(input: $input) {
  __typename ... on FlashSaleTokenSuccess { token } ... on NotStarted { startsAt } ${again} } }`;
const joinDocument = `mutation ($input: JoinFlashSaleInput!) { joinFlashSale(input: $input) {
  __typename ... on Queued { ticket { id } pollAfterMs } ... on AlreadyJoined { ticketId } ... on NotStarted { startsAt }
  ... on AccessDenied { rule reason } ${again} } }`;
const ticketDocument = 'query ($id: ID!) { flashSaleTicket(id: $id) { __typename status order { id } } }';

/** Tokens of the sale, which are the same each time. */
const saleTokens = new WeakMap<Told, string>();

/**
 * Asks for a unit once, until the answer is no request to come again. Resolves to whether it is worth to come again, or to
 * the ticket.
 */
export async function askForUnit(
  shop: SaleShop,
  told: Told,
): Promise<'again' | 'done' | { ticketId: string }> {
  const { buyer, odd } = told;
  const { saleId: flashSaleId } = shop;
  for (let tries = 0; tries < maxTries && !shop.closed.aborted; tries++) {
    const token = saleTokens.get(told);
    const input = token ? { flashSaleId, token, addressId: buyer.addressId } : { flashSaleId };
    const [field, document] = token ? ['joinFlashSale', joinDocument] : ['flashSaleToken', tokenDocument];
    const answer = await ask(shop, buyer, field as string, document as string, { input });
    switch (answer.__typename) {
      case 'FlashSaleTokenSuccess':
        saleTokens.set(told, String(answer['token']));
        continue;
      case 'Queued':
        return ticketTold(told, (answer['ticket'] as { id: string }).id);
      case 'AlreadyJoined':
        return ticketTold(told, String(answer['ticketId']));
      case 'SoldOut':
        told.wasSoldOut = true;
        return 'again';
      case 'AccessDenied':
        told.isDenied = true;
        if (!buyer.isElsewhere) odd.push(`was denied: ${answer['rule']}, ${answer['reason']}`);
        return 'done';
      case 'NotStarted':
        await pause(shop, Math.max(50, Date.parse(String(answer['startsAt'])) - Date.now()));
        continue;
      case 'again':
        await pause(shop, Number(answer['retryAfterMs'] ?? defaultWaitMs));
        continue;
      default:
        odd.push(`was told ${answer.__typename} by ${field}`);
        return 'done';
    }
  }
  return 'again';
}

function ticketTold({ tickets }: Told, ticketId: string): { ticketId: string } {
  tickets.add(ticketId);
  return { ticketId };
}

/** Looks at a ticket until it has ended. Of the orders most are paid, some cancelled, and some left alone. */
export async function followTicket(
  shop: SaleShop,
  told: Told,
  ticketId: string,
  seed: number,
): Promise<void> {
  const { buyer } = told;
  const random = DemoRandom.of(`buyer ${buyer.userId}`, seed);
  const choice = random.next();
  let hasDecided = false;
  while (!shop.closed.aborted) {
    await pause(shop, random.between(lookEveryMs / 2, lookEveryMs));
    const answer = await ask(shop, buyer, 'flashSaleTicket', ticketDocument, { id: ticketId });
    if (answer.__typename === 'again') continue;
    if (answer.__typename !== 'FlashSaleTicket') {
      told.odd.push(`was told ${answer.__typename} for ticket ${ticketId}`);
      return;
    }
    told.lastStatus = String(answer['status']);
    const orderId = (answer['order'] as { id: string } | null)?.id;
    if (orderId) told.orders.add(orderId);
    if (['SOLD', 'SOLD_OUT', 'RETURNED', 'REFUSED'].includes(told.lastStatus)) return;
    if (!orderId || hasDecided || told.lastStatus !== 'ORDERED') continue;
    if (shop.isLate() || choice < 0.7) {
      await pause(shop, random.between(0, maxDecideMs));
      await decide(shop, told, 'payOrder', orderId);
      // Some send once more what was answered, and some twins at the same time.
      if (choice < 0.1) await Promise.all([0, 1].map(() => decide(shop, told, 'payOrder', orderId)));
      hasDecided = true;
    } else if (choice < 0.85) {
      await decide(shop, told, 'cancelOrder', orderId);
      hasDecided = true;
    } else hasDecided = true;
  }
}

async function decide(shop: SaleShop, told: Told, operation: Operation, orderId: string): Promise<void> {
  const { token, userId } = told.buyer;
  const idempotencyKey = `${operation}-${orderId}`;
  const input = { idempotencyKey, orderId, ...(operation === 'payOrder' && { paymentToken: 'sandbox-ok' }) };
  const known = told.attempts.find((one) => one.input.idempotencyKey === idempotencyKey);
  const attempt: Attempt = known ?? { operation, userId, input, answers: [] };
  if (!known) told.attempts.push(attempt);
  await sendUntilFinal(shop.gateway, token, attempt, shop.tally, shop.closed);
}

/** `again` where there is no answer, or one that says so. */
async function ask(
  { gateway, tally }: SaleShop,
  { token }: SaleBuyer,
  field: string,
  document: string,
  variables: Record<string, unknown>,
): Promise<Answer> {
  const counted = (what: string) => tally.set(`${field} ${what}`, (tally.get(`${field} ${what}`) ?? 0) + 1);
  const comeAgain = (retryAfterMs?: unknown): Answer => ({ __typename: 'again', retryAfterMs });
  try {
    const { data, errors } = await gateway.query(document, { variables, token });
    const answer = data?.[field] as Answer | null | undefined;
    const code = errors?.[0]?.extensions.code;
    counted(code ? `errors[] ${code}` : (answer?.__typename ?? 'null'));
    if (code) return waitingCodes.includes(code) ? comeAgain() : { __typename: `errors[] ${code}` };
    if (!answer) return { __typename: 'null' };
    return waiting.includes(answer.__typename) ? comeAgain(answer['retryAfterMs']) : answer;
  } catch {
    counted('no answer');
    return comeAgain();
  }
}

const pause = ({ closed }: SaleShop, ms: number) =>
  delay(Math.min(ms, maxWaitMs), undefined, { signal: closed }).catch(() => {});
