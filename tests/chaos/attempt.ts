import { setTimeout as delay } from 'node:timers/promises';
import type { PlatformUnderTest } from '../start-platform.ts';

export type Gateway = Pick<PlatformUnderTest, 'query'>;
export type Operation = 'placeOrder' | 'payOrder' | 'cancelOrder';

/** What a mutation came to: the type of its answer, and the order that is in it. */
export interface Answer {
  readonly type: string;
  readonly orderId: string | undefined;
}

/** One mutation of one buyer, under one key. */
export interface Attempt {
  readonly operation: Operation;
  readonly userId: string;
  readonly input: { readonly idempotencyKey: string; readonly orderId?: string };
  /** All that are not to be tried again. There may be several, because some are sent again all the same. */
  readonly answers: Answer[];
}

/** How often a code was met, of unions and of `errors[]`, and what else went wrong on the way. */
export type Tally = Map<string, number>;

const retryable = ['Unavailable', 'DeadlineExceeded', 'InProgress', 'RateLimited'];
const pauseMs = 150;

const documents: Readonly<Record<Operation, string>> = {
  placeOrder: documentOf('placeOrder', 'PlaceOrder'),
  payOrder: documentOf('payOrder', 'PayOrder'),
  cancelOrder: documentOf('cancelOrder', 'CancelOrder'),
};

function documentOf(field: Operation, type: string): string {
  return `mutation ($input: ${type}Input!) {
    ${field}(input: $input) { __typename ... on ${type}Success { order { id } } ... on Error { code } }
  }`;
}

/** Sends a mutation until its answer is final, as a patient client would. Undefined where the time was over before. */
export async function sendUntilFinal(
  gateway: Gateway,
  token: string,
  attempt: Attempt,
  tally: Tally,
  until: AbortSignal,
): Promise<Answer | undefined> {
  while (!until.aborted) {
    const met = await sendOnce(gateway, token, attempt);
    const type = typeof met === 'string' ? met : met.type;
    const counted = `${attempt.operation} ${type}`;
    tally.set(counted, (tally.get(counted) ?? 0) + 1);
    if (typeof met !== 'string' && !retryable.includes(met.type)) {
      attempt.answers.push(met);
      return met;
    }
    await delay(pauseMs, undefined, { signal: until }).catch(() => {});
  }
  return undefined;
}

/** An answer, or in a word why there is none. */
async function sendOnce(gateway: Gateway, token: string, attempt: Attempt): Promise<Answer | string> {
  const { operation, input } = attempt;
  try {
    const { data, errors } = await gateway.query(documents[operation], { variables: { input }, token });
    const answer = data?.[operation];
    if (!answer) return `errors[] ${errors?.[0]?.extensions.code ?? 'none'}`;
    // The order was placed, and could not be read.
    if (errors) return `errors[] ${errors[0]?.extensions.code} beside ${answer.__typename}`;
    return { type: answer.__typename, orderId: answer.order?.id };
  } catch {
    return 'no answer';
  }
}
