import { GraphQLError, type GraphQLSchema } from 'graphql';
import { FieldCollector } from '../executor/collect-fields.ts';
import { compileShaper, surprise } from '../executor/compile-shaper.ts';
import { completeResponse } from '../executor/complete-response.ts';
import type { Data } from '../executor/data.ts';
import { compileFlags } from '../executor/flags.ts';
import { introspect, isIntrospection } from '../executor/introspection.ts';
import { TypeRelations } from '../executor/type-relations.ts';
import type { Variables } from '../executor.ts';
import { operationOf } from './operation-of.ts';

/** One response made by the compiled shaper and by the general path, as JSON. */
export interface BothWays {
  /** Undefined where the data surprised the shaper. */
  readonly shaped: string | undefined;
  readonly completed: string;
  readonly errors: readonly GraphQLError[];
}

/** Compiles a query for `shapeBothWays`, to be run with any data. */
export function compileBothWays(
  schema: GraphQLSchema,
  text: string,
  variables: Variables = {},
): (data: Data) => BothWays {
  const operation = operationOf(text);
  const { document, node } = operation;
  const types = new TypeRelations(schema);
  const flags = compileFlags(document, node)(variables);
  if (flags instanceof GraphQLError) throw flags;
  const fields = new FieldCollector(schema, types, document, flags);
  const compiled = compileShaper(schema, fields, 'Query', node.selectionSet);
  if (!compiled) throw new Error('The query is too large for a shaper.');
  const asked = fields.collect('Query', [node.selectionSet]).filter(isIntrospection);
  const introspection = introspect(schema, operation, asked, variables);
  return (data) => {
    const options = { schema, types, fields, introspection };
    const { data: completed, errors } = completeResponse(data, 'Query', node.selectionSet, options);
    const shaped = catchSurprise(() => JSON.stringify(compiled.shape(data, introspection)));
    return { shaped, completed: JSON.stringify(completed), errors };
  };
}

function catchSurprise(shape: () => string): string | undefined {
  try {
    return shape();
  } catch (thrown) {
    if (thrown !== surprise) throw thrown;
    return undefined;
  }
}
