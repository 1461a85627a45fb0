import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { RpcClient } from '@tiffin/lib/rpc/service';
import type { Metrics } from '@tiffin/lib/telemetry/metrics';
import {
  type BehaviorInput,
  BehaviorKind,
  type TrackingServiceService,
} from '@tiffin/proto/gen/tiffin/tracking/v1/tracking';

/** Tells what a signed-in user asked for by its id: one shop, or one goods. Costs the query nothing but the call. */
export interface ViewTeller {
  /** For one operation: each thing is told once, and what is seen in one turn by one rpc. */
  of(call: CallContext): OperationViews;
}

export interface OperationViews {
  sawShop(id: string): void;
  sawGoods(id: string): void;
}

export interface ViewTellerOptions {
  readonly tracking: Pick<RpcClient<TrackingServiceService>, 'track'>;
  readonly metrics: Metrics;
}

/** As many as one rpc takes. */
const maxViewsOfOperation = 20;
/** Of one process. Were tracking slow, its calls would pile up behind queries that have their answers. */
const maxUnderWay = 100;

const nobody: OperationViews = { sawShop() {}, sawGoods() {} };
const { SHOP_VIEWED, GOODS_VIEWED } = BehaviorKind;

/** Nobody waits for what becomes of a view, and no query fails for it. */
export function createViewTeller({ tracking, metrics }: ViewTellerOptions): ViewTeller {
  const untold = metrics.counter({
    name: 'tiffin_views_untold_total',
    help: 'Views of signed-in users that the tracking service did not learn of: too many at once, or it failed.',
    labelNames: ['reason'],
  });
  let underWay = 0;

  async function tell(events: BehaviorInput[], call: CallContext): Promise<void> {
    if (underWay >= maxUnderWay) return untold.inc({ reason: 'too_many' }, events.length);
    underWay++;
    try {
      await tracking.track({ events }, call);
    } catch {
      untold.inc({ reason: 'failed' }, events.length);
    } finally {
      underWay--;
    }
  }

  return {
    of(call) {
      if (call.identity.kind !== 'user') return nobody;
      const seen = new Set<string>();
      let untoldYet: BehaviorInput[] = [];
      const saw = (kind: BehaviorKind) => (targetId: string) => {
        const key = `${kind} ${targetId}`;
        if (seen.has(key)) return;
        if (seen.size >= maxViewsOfOperation) return untold.inc({ reason: 'too_many' });
        seen.add(key);
        // Loaders answer all their keys in one turn, so the others have been seen when it ends.
        if (untoldYet.push({ kind, targetId }) === 1) setImmediate(tellSeen);
      };
      const tellSeen = () => {
        void tell(untoldYet, outliving(call));
        untoldYet = [];
      };
      return { sawShop: saw(SHOP_VIEWED), sawGoods: saw(GOODS_VIEWED) };
    },
  };
}

/** The operation may end before the call, which is no reason to give it up. */
function outliving({ requestId, identity, deadlineMs }: CallContext): CallContext {
  return { requestId, identity, deadlineMs, signal: new AbortController().signal };
}
