import { STOP_GRACE_MS } from '../event-bus.ts';
import { MAX_EVENT_BYTES } from '../new-event.ts';
import { REDRIVE_WITHIN_MS } from '../retention.ts';

/** How to reach Kafka, and how safe its topics must be. */
export interface KafkaSettings {
  /** `host:port` of some brokers; the others are learnt from them. */
  readonly brokers: readonly string[];
  /** Names this process in the brokers' logs. Default `tiffin`. */
  readonly clientId?: string;
  /** TLS to the brokers. Default false. */
  readonly tls?: boolean;
  /** By SASL, where the brokers ask for it. */
  readonly login?: KafkaLogin;
  /** Stands before each topic and group, so that several platforms may share a cluster. Default none. */
  readonly prefix?: string;
  readonly topics?: Partial<TopicSettings>;
  readonly producer?: Partial<ProducerSettings>;
  readonly consumer?: Partial<ConsumerSettings>;
}

export interface KafkaLogin {
  readonly username: string;
  readonly password: string;
  /** Default `scram-sha-512`. */
  readonly mechanism?: 'scram-sha-512' | 'plain';
}

/** What a topic is made with. One that exists with less is refused. */
export interface TopicSettings {
  readonly partitions: number;
  /** Copies of each partition. A cluster of one broker can have 1 only. */
  readonly replicationFactor: number;
  /** Copies that must have an event before it is acknowledged. */
  readonly minInsyncReplicas: number;
  /** How long dead letters wait to be redriven. */
  readonly deadLetterRetentionMs: number;
}

export interface ProducerSettings {
  /** One request to a broker. */
  readonly requestTimeoutMs: number;
  /** One send, with the tries inside of it. */
  readonly sendTimeoutMs: number;
  /** An event larger than this is refused here, so that it does not spoil the others of its batch. */
  readonly maxEventBytes: number;
}

export interface ConsumerSettings {
  /** Handlers of one subscription under way at once in this process. */
  readonly maxConcurrentHandlers: number;
  /** Partitions of one subscription worked on at once in this process. */
  readonly maxConcurrentPartitions: number;
  /** A handler that takes longer has failed: its signal aborts. */
  readonly handlerTimeoutMs: number;
  /** How often, within a batch, finished events are committed. */
  readonly commitIntervalMs: number;
  /** Without a heartbeat for this long a consumer counts as dead. */
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  /** How long handlers under way may go on when the consumer stops, before their signals abort. */
  readonly stopGraceMs: number;
  /** How long they may take to end after that, or after the consumer has lost their partitions. */
  readonly releaseTimeoutMs: number;
  /** Before a consumer that crashed starts anew. */
  readonly restartDelayMs: number;
  /** Before each further attempt; after the last one the event is a dead letter. */
  readonly retryDelaysMs: readonly number[];
  /** Events taken from a partition at once. */
  readonly maxBytesPerPartition: number;
}

export const topicDefaults: TopicSettings = {
  partitions: 6,
  replicationFactor: 3,
  minInsyncReplicas: 2,
  deadLetterRetentionMs: REDRIVE_WITHIN_MS,
};

export const producerDefaults: ProducerSettings = {
  requestTimeoutMs: 10_000,
  sendTimeoutMs: 20_000,
  maxEventBytes: MAX_EVENT_BYTES,
};

export const consumerDefaults: ConsumerSettings = {
  maxConcurrentHandlers: 16,
  maxConcurrentPartitions: 6,
  handlerTimeoutMs: 30_000,
  commitIntervalMs: 1_000,
  sessionTimeoutMs: 30_000,
  heartbeatIntervalMs: 3_000,
  stopGraceMs: STOP_GRACE_MS,
  releaseTimeoutMs: 10_000,
  restartDelayMs: 1_000,
  retryDelaysMs: [2_000, 4_000, 10_000, 60_000, 180_000],
  maxBytesPerPartition: 1_024 * 1_024,
};
