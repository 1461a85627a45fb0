import type { Cache } from '../cache/cache.ts';

/** Keeps nothing and loads each time, for test beds that are about something else. */
export const noCache: Cache = {
  find: (_kind, ids, _reader, load) => load([...new Set(ids)]),
  forget() {},
  forgetAll() {},
  async stop() {},
};
