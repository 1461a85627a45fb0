import {
  type DirectiveNode,
  type DocumentNode,
  type ExecutionResult,
  execute,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  visit,
} from 'graphql';
import type { CheckedDocument } from './check-document.ts';
import { ArgumentSurprise } from './guarded-resolvers.ts';
import type { CompiledOperation, OperationCompiler, Variables } from './operation-compiler.ts';
import type { SubgraphOperation } from './subgraph.ts';

/**
 * The run that compiles. Compiling costs as much as some ten runs win, and what comes once, a document with its values
 * written into it for one, must not pay it.
 */
export const compilingRun = 3;
/** Combinations of what `@skip` and `@include` say that are compiled, each by itself. */
const maxVariants = 8;
/** After so many surprises a document stays with graphql-js: each has cost two runs. */
const maxSurprises = 3;
/** graphql-js stops at so many errors of variables. */
const maxErrors = 50;

export interface ExecutableDocumentOptions {
  readonly schema: GraphQLSchema;
  readonly compiler: OperationCompiler;
  /** Parses and validates; asked once, at the first run. */
  readonly check: (query: string) => CheckedDocument;
  /** Called when graphql-js has to run what should have been compiled: once for a variant, once for a surprise. */
  readonly onFallback: () => void;
}

export type RunResult = ExecutionResult | Promise<ExecutionResult>;

/** One document that runs many times: at first by graphql-js, then compiled by graphql-jit, with the same results. */
export class ExecutableDocument {
  readonly #options: ExecutableDocumentOptions;
  readonly #source: SubgraphOperation;
  #checked: CheckedDocument | undefined;
  #runs = 0;
  #surprises = 0;
  #compilable: CompilableDocument | undefined;
  readonly #variants = new Map<string, CompiledOperation | undefined>();

  constructor(source: SubgraphOperation, options: ExecutableDocumentOptions) {
    this.#source = source;
    this.#options = options;
  }

  /** `isObserved` keeps it with graphql-js, where each resolver can be watched. What `createContext` throws it throws. */
  run(variables: Variables | undefined, createContext: () => unknown, isObserved: boolean): RunResult {
    this.#checked ??= this.#options.check(this.#source.query);
    if ('errors' in this.#checked) return { errors: this.#checked.errors };
    const { document } = this.#checked;
    const context = createContext();
    if (isObserved || this.#surprises >= maxSurprises || ++this.#runs < compilingRun) {
      return this.#interpret(document, variables, context);
    }
    this.#compilable ??= compilableDocument(document, this.#source.operationName);
    const { operation } = this.#compilable;
    if (!operation) return this.#interpret(document, variables, context);

    const read = getVariableValues(
      this.#options.schema,
      operation.variableDefinitions ?? [],
      variables ?? {},
      { maxErrors, hideSuggestions: true },
    );
    if (read.errors) return { errors: read.errors };
    const compiled = this.#variant(this.#compilable, read.coerced);
    if (!compiled) return this.#interpret(document, variables, context);
    const runAnew = (thrown: unknown) => {
      if (!(thrown instanceof ArgumentSurprise)) this.#surprises++;
      this.#options.onFallback();
      return this.#interpret(document, variables, context);
    };
    try {
      const result = compiled(context, read.coerced);
      return result instanceof Promise ? result.catch(runAnew) : result;
    } catch (thrown) {
      return runAnew(thrown);
    }
  }

  #interpret(document: DocumentNode, variables: Variables | undefined, context: unknown): RunResult {
    return execute({
      schema: this.#options.schema,
      document,
      operationName: this.#source.operationName ?? null,
      variableValues: variables ?? null,
      contextValue: context,
      hideSuggestions: true,
    }) as RunResult;
  }

  #variant(document: CompilableDocument, variables: Variables): CompiledOperation | undefined {
    const key = variantKey(document.conditions, variables);
    if (key === undefined) return undefined;
    if (this.#variants.has(key) || this.#variants.size >= maxVariants) return this.#variants.get(key);
    const compiled = this.#options.compiler.compile(withoutDirectives(document, variables));
    if (!compiled) this.#options.onFallback();
    this.#variants.set(key, compiled);
    return compiled;
  }
}

interface CompilableDocument {
  /** Undefined if the name does not pick one. */
  readonly operation: OperationDefinitionNode | undefined;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Variables that `@skip` or `@include` read. */
  readonly conditions: readonly string[];
}

function compilableDocument(document: DocumentNode, operationName: string | undefined): CompilableDocument {
  const { definitions } = document;
  const operations = definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const named = operations.filter(({ name }) => operationName === undefined || name?.value === operationName);
  const conditions = new Set<string>();
  visit(document, {
    Directive: (directive) => {
      const condition = conditionOf(directive);
      if (condition?.kind === Kind.VARIABLE) conditions.add(condition.name.value);
    },
  });
  const fragments = definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  return {
    operation: named.length === 1 ? named[0] : undefined,
    fragments: new Map(fragments.map((fragment) => [fragment.name.value, fragment])),
    conditions: [...conditions],
  };
}

const conditionOf = ({ name, arguments: args }: DirectiveNode) =>
  name.value === 'skip' || name.value === 'include' ? args?.[0]?.value : undefined;

/** Undefined if a condition is neither true nor false, which is for graphql-js to say. */
function variantKey(conditions: readonly string[], variables: Variables): string | undefined {
  let key = '';
  for (const name of conditions) {
    const value = variables[name];
    if (typeof value !== 'boolean') return undefined;
    key += value ? '1' : '0';
  }
  return key;
}

/**
 * What is left with these variables. graphql-jit has conditions of its own, which it forgets in fragments and which
 * leave undefined fields behind.
 */
function withoutDirectives({ operation, fragments }: CompilableDocument, variables: Variables) {
  const isTrue = (directive: DirectiveNode) => {
    const condition = conditionOf(directive);
    if (condition?.kind === Kind.VARIABLE) return variables[condition.name.value] === true;
    return condition?.kind === Kind.BOOLEAN && condition.value;
  };
  const enter = (node: SelectionNode) => {
    if (!node.directives?.length) return undefined;
    const isLeft = node.directives.every((directive) => {
      if (directive.name.value === 'skip') return !isTrue(directive);
      return directive.name.value !== 'include' || isTrue(directive);
    });
    return isLeft ? { ...node, directives: [] } : null;
  };
  const visitor = { Field: { enter }, InlineFragment: { enter }, FragmentSpread: { enter } };
  return {
    operation: visit(operation as OperationDefinitionNode, visitor),
    fragments: new Map([...fragments].map(([name, fragment]) => [name, visit(fragment, visitor)])),
  };
}
