import {
  type ASTNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  locatedError,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import { responseKey } from './compilable-operation.ts';
import { Surprise, surpriseMessage } from './guarded-resolvers.ts';

type Path = readonly (string | number)[];

/**
 * Makes of graphql-jit's errors what graphql-js would have made. graphql-jit knows the place in the text instead of the
 * node, has no cause for what it found itself, and tells of every field that must not be null, where one suffices to
 * null what is around them.
 */
export class CompiledErrors {
  readonly #roots: readonly ASTNode[];
  readonly #nullability: ReadonlyMap<string, string>;
  #nodes: ReadonlyMap<string, ASTNode> | undefined;

  constructor(
    operation: OperationDefinitionNode,
    fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    nullability: ReadonlyMap<string, string>,
  ) {
    this.#roots = [operation, ...fragments.values()];
    this.#nullability = nullability;
  }

  /** @throws Surprise if one of them says so. */
  likeGraphqlJs(errors: readonly GraphQLError[]): readonly GraphQLError[] {
    const kept = new Map<string, GraphQLError>();
    for (const error of errors) {
      const nulled = JSON.stringify(this.#nulledBy(error.path ?? []));
      if (!kept.has(nulled)) kept.set(nulled, error);
    }
    return [...kept.values()].map((error) => this.#located(error));
  }

  /** The place that is null because of an error at `path`. */
  #nulledBy(path: Path): Path {
    let end = path.length;
    while (end > 0 && this.#isNonNull(path.slice(0, end))) end--;
    return path.slice(0, end);
  }

  #isNonNull(path: Path): boolean {
    let type = this.#nullability.get(responseKey(path)) ?? '';
    const depth = path.length - 1 - path.findLastIndex((key) => typeof key === 'string');
    for (let list = 0; list < depth; list++) type = type.slice(1, type.lastIndexOf(']'));
    return type.endsWith('!');
  }

  #located(error: GraphQLError): GraphQLError {
    const { message, path, locations, originalError } = error;
    if (originalError instanceof Surprise || (!originalError && message.includes(surpriseMessage))) {
      throw originalError ?? new Surprise(message);
    }
    this.#nodes ??= this.#findNodes();
    const nodes = locations?.flatMap(({ line, column }) => this.#nodes?.get(`${line}:${column}`) ?? []);
    return locatedError(originalError ?? cause(message, nodes), nodes, path);
  }

  /** Fields and arguments' values by their place: no two of them begin at one. */
  #findNodes(): ReadonlyMap<string, ASTNode> {
    const nodes = new Map<string, ASTNode>();
    const note = (node: ASTNode | undefined) => {
      const start = node?.loc?.startToken;
      if (node && start) nodes.set(`${start.line}:${start.column}`, node);
    };
    for (const root of this.#roots) visit(root, { Field: note, Argument: ({ value }) => note(value) });
    return nodes;
  }
}

/** graphql-js blames an argument's value with an error of its own kind, which tells it from a failed resolver. */
const cause = (message: string, nodes: readonly ASTNode[] | undefined): Error =>
  nodes?.[0] && nodes[0].kind !== Kind.FIELD ? new GraphQLError(message, { nodes }) : new Error(message);
