import {
  type ArgumentNode,
  type ExecutionResult,
  type FragmentDefinitionNode,
  type GraphQLInputType,
  GraphQLScalarType,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  type ValueNode,
  type VariableDefinitionNode,
  valueFromAST,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import { compilableOperation } from './compilable-operation.ts';
import { CompiledErrors } from './compiled-errors.ts';
import { ArgumentSurprise, GuardedResolvers, guardedSerializers, Surprise } from './guarded-resolvers.ts';

export type Variables = Readonly<Record<string, unknown>>;

/**
 * Runs an operation with variables as graphql-js has coerced them.
 * @throws Surprise, also as a rejection, where graphql-js has to run it after all.
 */
export type CompiledOperation = (
  context: unknown,
  variables: Variables,
) => ExecutionResult | Promise<ExecutionResult>;

/** One operation and the fragments of its document, without directives. */
export interface OperationToCompile {
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

const coercedTypeName = 'tiffin__Coerced';
const argumentPrefix = 'tiffin__argument';

/**
 * Compiles operations of one schema with graphql-jit, so that they answer like graphql-js: the same data, the same
 * errors. Compiling is synchronous.
 */
export class OperationCompiler {
  readonly #schema: GraphQLSchema;
  readonly #schemaToCompile: GraphQLSchema;
  readonly #resolvers: GuardedResolvers;
  readonly #serializers: Record<string, (value: unknown) => unknown>;

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
    this.#resolvers = new GuardedResolvers(schema);
    this.#serializers = guardedSerializers(schema);
    // graphql-jit has a reading of variables of its own. With this type it takes them as graphql-js has read them.
    const coerced = new GraphQLScalarType({ name: coercedTypeName });
    this.#schemaToCompile = Object.create(schema, {
      getType: { value: (name: string) => (name === coercedTypeName ? coerced : schema.getType(name)) },
    });
  }

  /** Undefined where graphql-jit would answer differently, or cannot compile it. */
  compile({ operation, fragments }: OperationToCompile): CompiledOperation | undefined {
    try {
      const compilable = compilableOperation(this.#schema, operation, fragments);
      if (!compilable) return undefined;
      const hoisted = hoistArguments(this.#schema, operation, fragments);
      const compiled = this.#resolvers.during(() =>
        compileQuery(this.#schemaToCompile, hoisted.document, operation.name?.value, {
          customSerializers: this.#serializers,
          // The errors that it makes are replaced.
          disablingCapturingStackErrors: true,
        }),
      );
      if (!isCompiledQuery(compiled)) return undefined;
      const errors = new CompiledErrors(operation, fragments, compilable.nullability);
      return runner(compiled.query, hoisted.values, errors);
    } catch {
      return undefined;
    }
  }
}

function runner(
  query: (
    root: unknown,
    context: unknown,
    variables: Variables,
  ) => ExecutionResult | Promise<ExecutionResult>,
  hoistedValues: readonly HoistedValue[],
  errors: CompiledErrors,
): CompiledOperation {
  const finish = (result: ExecutionResult): ExecutionResult => {
    if (!result.errors) return result;
    return { data: result.data ?? null, errors: errors.likeGraphqlJs(result.errors) };
  };
  const surprise = (cause: unknown): never => {
    throw cause instanceof Surprise ? cause : new Surprise('graphql-jit failed.', { cause });
  };
  return (context, variables) => {
    const result = query(undefined, context, withHoisted(variables, hoistedValues));
    return result instanceof Promise ? result.then(finish).catch(surprise) : finish(result);
  };
}

/** An argument's value that stood in the document. */
interface HoistedValue {
  readonly name: string;
  readonly type: GraphQLInputType;
  readonly node: ValueNode;
}

function withHoisted(variables: Variables, hoistedValues: readonly HoistedValue[]): Variables {
  if (hoistedValues.length === 0) return variables;
  const all: Record<string, unknown> = { ...variables };
  for (const { name, type, node } of hoistedValues) {
    const value = valueFromAST(node, type, variables);
    if (value === undefined) throw new ArgumentSurprise('An argument does not fit its type.');
    all[name] = value;
  }
  return all;
}

/**
 * Makes a variable of every argument's value. graphql-jit would write it into its code by way of a text replacement
 * that loses most types, takes a variable within it for null where it is missing, and lets a string of the client's
 * choice become code.
 */
function hoistArguments(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
) {
  const values: HoistedValue[] = [];
  const typeInfo = new TypeInfo(schema);
  const hoist = (node: ArgumentNode): ArgumentNode | undefined => {
    const type = typeInfo.getInputType();
    if (node.value.kind === Kind.VARIABLE || typeInfo.getDirective() || !type) return undefined;
    const name = `${argumentPrefix}${values.length}`;
    values.push({ name, type, node: node.value });
    const { loc } = node.value;
    return {
      ...node,
      value: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name }, ...(loc && { loc }) },
    };
  };
  const visitor = visitWithTypeInfo(typeInfo, { Argument: { leave: hoist } });
  const rewritten = visit({ kind: Kind.DOCUMENT, definitions: [operation, ...fragments.values()] }, visitor);
  const definitions = rewritten.definitions.map((definition) => {
    if (definition.kind !== Kind.OPERATION_DEFINITION) return definition;
    const own = definition.variableDefinitions?.map(({ variable }) => variable.name.value) ?? [];
    if (own.some((name) => name === '__proto__' || name.startsWith(argumentPrefix))) {
      throw new Error('The name of a variable is in the way.');
    }
    const names = [...own, ...values.map(({ name }) => name)];
    return { ...definition, variableDefinitions: names.map(coercedVariable) };
  });
  return { document: { ...rewritten, definitions }, values };
}

const coercedVariable = (name: string): VariableDefinitionNode => ({
  kind: Kind.VARIABLE_DEFINITION,
  variable: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } },
  type: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: coercedTypeName } },
});
