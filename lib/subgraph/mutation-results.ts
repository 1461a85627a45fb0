import {
  defaultFieldResolver,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isUnionType,
} from 'graphql';
import type { AppError } from '../errors/app-error.ts';
import type { ErrorCode } from '../errors/error-catalogue.gen.ts';
import { maskUndeclared } from '../errors/mask-error.ts';
import { toAppError } from '../errors/normalize-error.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { errorResult } from './error-result.ts';
import type { SubgraphContext } from './subgraph-context.ts';

/** Mutation field → the codes of its result union. Generated: `mutation-codes.gen.ts` of each subgraph. */
export type MutationCodes = Readonly<Record<string, readonly ErrorCode[]>>;

/**
 * Turns what a mutation throws into the member of its result union: codes of the union become objects, anything else
 * is masked, counted and goes on as an error. Before its result is read further, the operation's loaders forget what
 * they knew: a field below a mutation, and the next mutation, see its effect.
 */
export function returnErrorsAsResults(
  schema: GraphQLSchema,
  mutationCodes: MutationCodes,
  metrics: Metrics,
): void {
  const undeclaredErrors = metrics.counter({
    name: 'tiffin_graphql_undeclared_errors_total',
    help: 'Errors that became INTERNAL because the result union of their mutation does not have them.',
    labelNames: ['field', 'code'],
  });
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const codes = mutationCodes[field.name] ?? [];
    const onUndeclared = ({ code }: AppError) => undeclaredErrors.inc({ field: field.name, code });
    const resolve = field.resolve ?? defaultFieldResolver;
    const successName = successNameOf(field.type);
    field.resolve = async (source, args, context: SubgraphContext, info) => {
      try {
        const success = await resolve(source, args, context, info);
        return { __typename: successName, ...(success as object) };
      } catch (thrown) {
        const error = maskUndeclared(toAppError(thrown), codes, onUndeclared);
        if (!codes.includes(error.code)) throw error;
        return errorResult(error.code, error.detail);
      } finally {
        for (const loader of Object.values(context.loaders)) loader.clearAll();
      }
    };
  }
}

/** The one member of a result union that is no error. */
function successNameOf(type: GraphQLOutputType): string | undefined {
  if (!isUnionType(type)) return undefined;
  const isError = (member: GraphQLObjectType) => member.getInterfaces().some(({ name }) => name === 'Error');
  return type.getTypes().find((member) => !isError(member))?.name;
}
