import type { CallContext } from '../rpc/call-context.ts';
import type { Loaders } from './batch-loader.ts';

/** What every resolver finds in its context; a subgraph adds its clients. */
export interface SubgraphContext {
  readonly call: CallContext;
  readonly loaders: Loaders;
}
