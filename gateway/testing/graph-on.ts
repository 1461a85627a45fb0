import type { Executor } from '../executor.ts';
import type { Graph } from '../graph.ts';
import { OperationCache, type OperationCacheOptions } from '../operation-cache.ts';

/** A graph on an executor that never changes. */
export function graphOn(executor: Executor, limits?: OperationCacheOptions): Graph {
  const operations = new OperationCache(executor, limits);
  return {
    subgraphs: [],
    enter: () => ({ schema: executor.schema, operations, [Symbol.dispose]() {} }),
    stop: () => executor.stop(),
  };
}
