import type { RedisClient } from '../engines/redis.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { SignalPublisher } from './live-signals.ts';
import { signalChannel } from './signal-channel.ts';

/** Publishes signals over a client that may be shared with anybody: `platform.redis()` of a service. */
export function createSignalPublisher(redis: RedisClient, metrics: Metrics): SignalPublisher {
  const lost = metrics.counter({
    name: 'tiffin_live_signals_lost_total',
    help: 'Signals to subscriptions that Redis did not take.',
  });
  return {
    publish(topic) {
      redis.publish(signalChannel, topic).catch(() => lost.inc({}));
    },
  };
}
