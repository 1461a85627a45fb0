import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { DayViews } from '../data/view.ts';
import type { TrackingDeps } from './deps.ts';

type Target = Pick<DayViews, 'kind' | 'targetId'>;

/** As many as one rpc takes. */
const maxIdsOfCall = 100;
const callTimeoutMs = 2_000;

/**
 * Which of these shops and goods there are, by `targetName`. Anybody may tell of any id, so whoever keeps counts for long
 * asks first.
 * @throws AppError where shop or goods does not answer.
 */
export async function findExisting(
  { shops, goods, clock }: Pick<TrackingDeps, 'shops' | 'goods' | 'clock'>,
  targets: readonly Target[],
): Promise<ReadonlySet<string>> {
  const call: CallContext = {
    requestId: 'tracking-write-back',
    identity: { kind: 'service', name: 'tracking' },
    deadlineMs: clock.now() + callTimeoutMs,
    signal: new AbortController().signal,
  };
  const idsOf = (kind: Target['kind']) =>
    batchesOf([...new Set(targets.filter((target) => target.kind === kind).map(({ targetId }) => targetId))]);
  const asked = [
    ...idsOf(1).map(async (ids) => {
      const answer = await shops.batchGetShops({ ids }, call);
      return ids.filter((_, index) => answer.shops[index]?.shop).map((id) => nameOf(1, id));
    }),
    ...idsOf(2).map(async (ids) => {
      const answer = await goods.batchGetGoods({ ids }, call);
      return ids.filter((_, index) => answer.goods[index]?.goods).map((id) => nameOf(2, id));
    }),
  ];
  return new Set((await Promise.all(asked)).flat());
}

export const targetName = ({ kind, targetId }: Target) => nameOf(kind, targetId);
const nameOf = (kind: number, id: string) => `${kind}:${id}`;

const batchesOf = (ids: readonly string[]): string[][] =>
  Array.from({ length: Math.ceil(ids.length / maxIdsOfCall) }, (_, index) =>
    ids.slice(index * maxIdsOfCall, (index + 1) * maxIdsOfCall),
  );
