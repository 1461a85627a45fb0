import type { Metrics } from '../../telemetry/metrics.ts';

/** How many events of its topic a subscription still has before it, in the partitions that this process reads. */
export interface ConsumerLag {
  /** All before `nextOffset` is finished; `highWatermark` is the partition's end as of the last fetch. */
  see(partition: number, nextOffset: string, highWatermark: string): void;
  /** The partitions may be another's now; who reads them sees them anew. */
  forget(): void;
}

/**
 * Costs no request: a fetch brings the partition's end with it. So it stands still while a batch is worked on, and is 0
 * again when the last one is finished. Events that wait in retry topics are delayed on purpose and not counted.
 */
export function createConsumerLag(
  metrics: Metrics,
  labels: { topic: string; consumer: string },
): ConsumerLag {
  const lag = metrics.gauge({
    name: 'tiffin_kafka_lag_events',
    help: 'Events of a topic that a consumer has not finished, in the partitions of this process, as of their last fetches.',
    labelNames: ['topic', 'consumer'],
  });
  const eventsOf = new Map<number, number>();
  const publish = () =>
    lag.set(
      labels,
      [...eventsOf.values()].reduce((sum, events) => sum + events, 0),
    );
  return {
    see(partition, nextOffset, highWatermark) {
      eventsOf.set(partition, Math.max(0, Number(BigInt(highWatermark) - BigInt(nextOffset))));
      publish();
    },
    forget() {
      eventsOf.clear();
      publish();
    },
  };
}
