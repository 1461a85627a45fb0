import { RedisUnavailable } from '@tiffin/lib/engines/redis';
import { AppError } from '@tiffin/lib/errors/app-error';
import { toAppError } from '@tiffin/lib/errors/normalize-error';
import { requireUserId } from '@tiffin/lib/identity/require-user-id';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { checkAccess } from './check-access.ts';
import type { FlashSale } from './flash-sale.ts';
import type { FlashTicket } from './flash-ticket.ts';
import type { JoinAttempt, JoinRequest } from './join-attempt.ts';
import type { JoinDeps } from './join-deps.ts';
import { openSale } from './open-sale.ts';
import { promiseUnit } from './promise-unit.ts';
import { queueTicket } from './queue-ticket.ts';
import { tellTicket } from './tell-ticket.ts';
import { isUserToken } from './user-token.ts';

/** Turns an attempt away with an AppError, or lets it pass. */
type JoinFilter = (deps: JoinDeps, attempt: JoinAttempt) => void | Promise<void>;

/**
 * What an attempt passes, the cheapest first: nobody costs more than it takes to know that the answer is no. `sale`
 * comes before them and `promise` and `queue` behind.
 */
const filters: readonly (readonly [name: string, filter: JoinFilter])[] = [
  ['token', tokenIsTheirs],
  ['denial', nobodyDeniedIt],
  ['rate', rateAllows],
  ['stock', somethingIsLeft],
  ['access', accessIsGranted],
];
/** By which metrics name them, in that order. */
export const filterNames = ['sale', ...filters.map(([name]) => name), 'promise', 'queue'];

/**
 * Queues the caller for a unit of a flash sale. The ticket is in the database when this resolves, with the event that an
 * order comes of; that decides, on SQL's stock. A user has one ticket of a flash sale.
 *
 * Where Redis is away nobody joins: UNAVAILABLE, at once. SQL would sell no unit twice without it, but it would have to
 * tell ten thousand so. A lost answer is no loss: whoever asks again has the same ticket.
 * @throws AppError FLASH_SALE_NOT_FOUND, NOT_STARTED, ENDED, FLASH_SALE_TOKEN_INVALID, RATE_LIMITED, SOLD_OUT,
 *   ACCESS_DENIED, ALREADY_JOINED, UNAVAILABLE, UNAUTHENTICATED, FORBIDDEN.
 */
export async function joinFlashSale(
  deps: JoinDeps,
  call: CallContext,
  request: JoinRequest,
): Promise<{ readonly ticket: FlashTicket; readonly pollAfterMs: number }> {
  const userId = requireUserId(call.identity, 'CUSTOMER');
  deps.instances.begin();
  const sale = await measured(deps, 'sale', () => saleOf(deps, userId, request));
  const attempt: JoinAttempt = { call, request, userId, sale, hasJoined: false };
  for (const [name, filter] of filters) await measured(deps, name, () => filter(deps, attempt));
  const promised = await measured(deps, 'promise', () => promiseUnit(deps, attempt));
  return measured(deps, 'queue', () => queueTicket(deps, attempt, promised));
}

/** The flash sale, which runs. Whoever has a ticket hears of that rather than of the end. */
async function saleOf(deps: JoinDeps, userId: string, { flashSaleId }: JoinRequest): Promise<FlashSale> {
  try {
    return await openSale(deps, flashSaleId);
  } catch (error) {
    if (AppError.is(error, 'ENDED')) await tellTicket(deps, userId, flashSaleId);
    throw error;
  }
}

/** Runs a filter and counts what it came to. */
async function measured<Passed>(
  { metrics, nowUs, random }: JoinDeps,
  filter: string,
  run: () => Passed | Promise<Passed>,
): Promise<Passed> {
  const startedUs = nowUs();
  try {
    const running = run();
    const passed = running instanceof Promise ? await running : running;
    metrics.filtered(filter, 'passed', nowUs() - startedUs);
    return passed;
  } catch (thrown) {
    const error = thrown instanceof RedisUnavailable ? comeAgain(random, thrown) : toAppError(thrown);
    metrics.filtered(filter, error.code, nowUs() - startedUs);
    throw error;
  }
}

function tokenIsTheirs({ secrets }: JoinDeps, attempt: JoinAttempt): void | Promise<void> {
  const check = (secret: Uint8Array | undefined) => {
    const { userId, sale, request } = attempt;
    if (!secret || !isUserToken(secret, userId, request.token))
      throw new AppError('FLASH_SALE_TOKEN_INVALID', { flashSaleId: sale.id });
  };
  const secret = secrets.of(attempt.sale.id);
  return secret instanceof Promise ? secret.then(check) : check(secret);
}

/** Before the bucket: whoever may not join takes one token of it, however often they come. */
function nobodyDeniedIt({ denials }: JoinDeps, { sale, userId, request }: JoinAttempt): void {
  const denied = sale.rules.length > 0 ? denials.find(sale, userId, request.addressId) : undefined;
  if (denied) throw new AppError('ACCESS_DENIED', denied);
}

function rateAllows(deps: JoinDeps, attempt: JoinAttempt): void | Promise<void> {
  const retryAfterMs = deps.buckets.take(attempt.sale);
  if (retryAfterMs !== undefined) return refuseByRate(deps, attempt, retryAfterMs);
}

/**
 * Whoever waits for nothing need not wait: where nothing is left, that is the answer. Nor need whoever has joined: they
 * cost nobody a turn. To find that out costs what it costs those who are sold out, a place in a batch.
 */
async function refuseByRate(deps: JoinDeps, attempt: JoinAttempt, retryAfterMs: number): Promise<void> {
  const { sale, userId } = attempt;
  // Ten reads a second at most, for everybody.
  const left = await Promise.resolve(deps.stock.left(sale.id)).catch(() => undefined);
  // Where Redis is away, or too many ask, nobody is worse off than without the question.
  const hasJoined = await deps.hasJoined(sale.id, userId).catch(() => undefined);
  if (hasJoined === false && left === 0) throw new AppError('SOLD_OUT', { flashSaleId: sale.id });
  if (!hasJoined) throw new AppError('RATE_LIMITED', { retryAfterMs });
  attempt.hasJoined = true;
}

function somethingIsLeft(deps: JoinDeps, attempt: JoinAttempt): void | Promise<void> {
  if (attempt.hasJoined) return;
  const check = (left: number | undefined) => (left === 0 ? refuseUnlessJoined(deps, attempt) : undefined);
  const left = deps.stock.left(attempt.sale.id);
  return left instanceof Promise ? left.then(check) : check(left);
}

/** Whoever took one of the last units, and never heard of it, must not hear that it is gone. */
async function refuseUnlessJoined({ hasJoined }: JoinDeps, attempt: JoinAttempt): Promise<void> {
  const { sale, userId } = attempt;
  if (!(await hasJoined(sale.id, userId))) throw new AppError('SOLD_OUT', { flashSaleId: sale.id });
  attempt.hasJoined = true;
}

/** Whoever has joined has joined, whatever became of them since, and whatever address they name now. */
async function accessIsGranted(deps: JoinDeps, attempt: JoinAttempt): Promise<void> {
  const { call, sale, userId, request } = attempt;
  if (attempt.hasJoined || sale.rules.length === 0) return;
  attempt.hasJoined = await deps.hasJoined(sale.id, userId);
  if (attempt.hasJoined) return;
  const denied = await checkAccess(deps, call, sale, { userId, addressId: request.addressId });
  if (denied) throw new AppError('ACCESS_DENIED', denied);
}

/** Not all of them at once: 200 to 500 ms. */
function comeAgain(random: () => number, cause: Error): AppError {
  const retryAfterMs = Math.round(200 + 300 * random());
  return new AppError('UNAVAILABLE', { retryAfterMs }, { cause });
}
