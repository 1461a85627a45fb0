/**
 * Says that something may have changed that somebody watches. A signal carries no data and may be lost: who hears it
 * reads again, and who needs to be sure reads from time to time without one.
 */
export interface LiveSignals {
  /** Calls `listener` for each signal of the topic, and whenever some may have been missed. Returns the end of it. */
  subscribe(topic: string, listener: () => void): () => void;
  stop(): Promise<void>;
}

/** The side of those who change things. */
export interface SignalPublisher {
  /** To be called after the commit. It neither fails nor waits. */
  publish(topic: string): void;
}

/** A topic that nobody publishes is no use to keep; ids of ours have 19 digits. */
export const maxTopicLength = 120;

/** What is published where the field of a subscription may answer anew; `id` is the field's argument of that name. */
export const liveTopic = (field: string, id?: string): string =>
  id === undefined ? field : `${field}:${id}`;

/** For a process that nobody can send signals to. */
export const noLiveSignals: LiveSignals = { subscribe: () => () => {}, async stop() {} };
