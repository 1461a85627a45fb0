import type { Redis } from 'ioredis';
import type { Clock } from '../clock/clock.ts';
import { type RedisListener, startRedisListener } from '../engines/redis-listener.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { LiveSignals } from './live-signals.ts';
import { signalChannel } from './signal-channel.ts';

export interface RedisLiveSignalsOptions {
  /**
   * Where Redis is: the server, or nodes of a cluster, one of which is listened to; a message reaches all of them. They
   * need not be connected, and are not used themselves: who subscribes can do nothing else.
   */
  readonly nodes: () => readonly Redis[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** From 0 to 1: which node to listen to. Default: Math.random. */
  readonly random?: () => number;
}

/** Hears the signals of all processes over one connection. It starts also where Redis is away, and tries on. */
export class RedisLiveSignals implements LiveSignals {
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly #channel: RedisListener;

  constructor({ nodes, clock, logger, random = Math.random }: RedisLiveSignalsOptions) {
    let isLost = false;
    this.#channel = startRedisListener({
      channel: signalChannel,
      node() {
        const known = nodes();
        const node = known[Math.floor(random() * known.length)];
        if (!node) throw new Error('No node is known yet.');
        return node;
      },
      clock,
      onMessage: (topic) => this.#wake(this.#listeners.get(topic)),
      onHeard: () => {
        isLost = false;
        // What was published while nobody heard it is lost.
        for (const listeners of this.#listeners.values()) this.#wake(listeners);
      },
      onLost() {
        if (!isLost)
          logger.warn('signals to subscriptions are lost while Redis is away; they refresh more slowly');
        isLost = true;
      },
    });
  }

  /** How many listeners there are. */
  get listeners(): number {
    let count = 0;
    for (const listeners of this.#listeners.values()) count += listeners.size;
    return count;
  }

  subscribe(topic: string, listener: () => void): () => void {
    const own = () => listener();
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners.add(own));
    return () => {
      listeners.delete(own);
      if (listeners.size === 0 && this.#listeners.get(topic) === listeners) this.#listeners.delete(topic);
    };
  }

  async stop(): Promise<void> {
    this.#listeners.clear();
    await this.#channel.stop();
  }

  #wake(listeners: ReadonlySet<() => void> | undefined): void {
    // A copy: who is woken may end.
    for (const listener of [...(listeners ?? [])]) listener();
  }
}
