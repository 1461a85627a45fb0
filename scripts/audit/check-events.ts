import type { Finding } from '@tiffin/lib/audit/finding';
import { INBOX_RETENTION_MS } from '@tiffin/lib/events/retention';
import { type Audited, at, findByPages, settledBefore } from './audited.ts';
import { orderConsumers, toldSteps } from './consumers.ts';

interface Step {
  readonly order_id: string;
  readonly version: number;
  readonly status: keyof typeof toldSteps;
  readonly event_id: string | null;
}

/** Before inboxes begin to forget: they would be asked in vain. */
const rememberedMs = INBOX_RETENTION_MS - 86_400_000;

/** All consumers have applied the events that tell what became of orders. */
export function checkEvents(audited: Audited): Promise<Finding[]> {
  return findByPages(
    (after: Step | undefined, limit) => readSteps(audited, after, limit),
    async (steps) => {
      const applied = await readApplied(audited, steps);
      return steps.flatMap((step) => findingsOf(step, applied));
    },
  );
}

function findingsOf({ order_id, status, event_id }: Step, applied: ReadonlySet<string>): Finding[] {
  const unit = `order ${order_id}`;
  if (event_id === null) return [{ unit, problem: `became ${status}, and no event tells it` }];
  return orderConsumers
    .filter(({ topic, consumer }) => topic === toldSteps[status] && !applied.has(`${consumer} ${event_id}`))
    .map(({ consumer }) => ({
      unit,
      problem: `became ${status}, and ${consumer} has not applied the event ${event_id}`,
    }));
}

/** Orders without participants are of demo data, or from before there were transactions: nobody was told of them. */
function readSteps(audited: Audited, after: Step | undefined, limit: number): Promise<Step[]> {
  const { databases, clock } = audited;
  const statuses = Object.keys(toldSteps).map((status) => `'${status}'`);
  return databases.order.query<Step>(
    `select order_id, version, status, event_id from "order".order_step
     where (order_id, version) > (?::bigint, ?::integer) and status in (${statuses.join(', ')})
       and at between ?::timestamptz and ?::timestamptz
       and exists (select from "order".tcc_transaction where id = order_id and participants <> '[]')
     order by order_id, version limit ?`,
    [
      after?.order_id ?? '0',
      after?.version ?? 0,
      at(clock.now() - rememberedMs),
      settledBefore(audited),
      limit,
    ],
  );
}

/** `consumer event`, for each of the steps' events that a consumer has applied. */
async function readApplied({ databases }: Audited, steps: readonly Step[]): Promise<ReadonlySet<string>> {
  const eventIds = JSON.stringify(steps.flatMap(({ event_id }) => event_id ?? []));
  const consumersOf = (name: string) =>
    orderConsumers.filter(({ service }) => service === name).map(({ consumer }) => consumer);
  const services = [...new Set(orderConsumers.map(({ service }) => service))];
  const rows = await Promise.all(
    services.map((service) =>
      databases[service].query<{ consumer: string; event_id: string }>(
        `select consumer, event_id from "${service}".inbox
         where consumer in (select jsonb_array_elements_text(?::jsonb))
           and event_id in (select jsonb_array_elements_text(?::jsonb))`,
        [JSON.stringify(consumersOf(service)), eventIds],
      ),
    ),
  );
  return new Set(rows.flat().map(({ consumer, event_id }) => `${consumer} ${event_id}`));
}
