import { choice, integer } from '../config/variable.ts';

/** What the environment says about the cache, to every process. */
export const cacheVariables = {
  /** Whatever a process reads, it deletes what it makes stale: others may read it. */
  CACHE: choice({
    of: ['on', 'shared', 'off'],
    default: 'on',
    description:
      'What reads may be answered from: on, Redis and for the hottest keys this process; shared, Redis alone; off, only the database.',
  }),
  CACHE_FALLBACK_READS: integer({
    default: 200,
    min: 1,
    max: 1_000_000,
    description:
      'Statements a second that a process sends to the database of a service for cached values while Redis is away; more are answered UNAVAILABLE.',
  }),
};
