import { AppError } from '@tiffin/lib/errors/app-error';
import { toAppError } from '@tiffin/lib/errors/normalize-error';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { Fact, Facts } from './access-rules.ts';
import type { AccessDeps } from './deps.ts';

/** More than a user may have. */
const maxAddresses = 100;

/** Who is looked up. */
export interface Looked {
  readonly userId: string;
  /** The one of their addresses that matters, where one is chosen. */
  readonly addressId?: string | undefined;
}

/** What was found of a user, and why the rest was not: each fact that was asked for is in one of the two. */
export interface FoundFacts {
  readonly facts: Partial<Facts>;
  readonly failures: ReadonlyMap<Fact, AppError>;
}

/** What is needed to know of a user, all of it at once. One that cannot be had costs none of the others. */
export async function lookUpFacts(
  deps: Pick<AccessDeps, 'accounts' | 'orders'>,
  call: CallContext,
  looked: Looked,
  needs: ReadonlySet<Fact>,
): Promise<FoundFacts> {
  const failures = new Map<Fact, AppError>();
  const found = await Promise.all(
    [...needs].map(async (need) => {
      try {
        return { [need]: await readers[need](deps, call, looked) };
      } catch (error) {
        failures.set(need, toAppError(error));
        return {};
      }
    }),
  );
  return { facts: Object.assign({}, ...found), failures };
}

const readers: {
  readonly [Name in Fact]: (
    deps: Pick<AccessDeps, 'accounts' | 'orders'>,
    call: CallContext,
    looked: Looked,
  ) => Promise<Facts[Name]>;
} = {
  async account({ accounts }, call, { userId }) {
    const { users } = await accounts.batchGetUsers({ ids: [userId] }, call);
    const createdAt = users[0]?.user?.createdAt;
    if (!createdAt) throw new AppError('USER_NOT_FOUND', { userId });
    return createdAt.getTime();
  },
  async areas({ accounts }, call, { userId, addressId }) {
    const { pages } = await accounts.batchListAddresses(
      { pages: [{ parentId: userId, first: maxAddresses }] },
      call,
    );
    const own = pages[0]?.edges.flatMap(({ address }) => address ?? []) ?? [];
    const isChosen = addressId !== undefined;
    const counted = isChosen ? own.filter(({ id }) => id === addressId) : own;
    return { names: counted.flatMap(({ lines }) => lines?.area ?? []), isChosen };
  },
  async orders({ orders }, call, { userId }) {
    const { counts } = await orders.batchCountCompletedOrders({ userIds: [userId] }, call);
    return counts[0] ?? 0;
  },
};
