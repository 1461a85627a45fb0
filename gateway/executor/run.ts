import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { OperationScope } from '@tiffin/lib/subgraph/operation-scope';
import type { GraphQLError } from 'graphql';
import type { Variables } from '../executor.ts';
import type { Data } from './data.ts';
import type { Flags } from './flags.ts';

/** More errors than this help nobody; an operation over long lists could make thousands of the same. */
export const maxErrors = 1_000;

/** A fetch that has no answer yet, or the steps that wait for one. */
export interface OpenWork {
  /** Reports it as failed for the reason that ended the call. */
  abandon(): void;
}

/** One execution of an operation, and what its fetches have brought so far. */
export class Run {
  readonly variables: Variables;
  readonly flags: Flags;
  readonly call: CallContext;
  readonly scope: OperationScope;
  /** The merged answers of all fetches, by response names. */
  readonly data: Data = {};
  readonly errors: GraphQLError[] = [];
  readonly open = new Set<OpenWork>();
  /** Nobody waits any more: late answers are dropped. */
  isOver = false;

  constructor(variables: Variables, flags: Flags, call: CallContext, scope: OperationScope) {
    this.variables = variables;
    this.flags = flags;
    this.call = call;
    this.scope = scope;
  }

  addErrors(errors: readonly GraphQLError[]): void {
    for (const error of errors) if (this.errors.length < maxErrors) this.errors.push(error);
  }
}

/** A part of a plan, compiled. It never rejects; nothing returned means that it is done already. */
export type Step = (run: Run) => Promise<unknown> | undefined;
