import {
  type ASTNode,
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  parse,
  type ValueNode,
  valueFromASTUntyped,
  visit,
} from 'graphql';
import type { Case } from './case.ts';
import type { ClientRequest } from './operation-writer.ts';
import { pruneRequest } from './prune-request.ts';
import { literal } from './random-input.ts';
import { checkRequest } from './random-operation.ts';
import type { WorldOptions } from './random-world.ts';

export interface ShrinkOptions {
  readonly schema: GraphQLSchema;
  readonly stillFails: (smaller: Case) => Promise<boolean>;
  /** Candidates tried at most. Default 1,500. */
  readonly maxAttempts?: number;
}

/**
 * The smallest case found that still fails, by taking away one thing at a time. Our own, because no library that is
 * kept up shrinks GraphQL documents, and shrinking the random choices instead makes other documents, not smaller ones.
 */
export async function shrinkCase(failing: Case, options: ShrinkOptions): Promise<Case> {
  const { schema, stillFails, maxAttempts = 1_500 } = options;
  let smallest = failing;
  let attempts = 0;
  const accept = async (candidate: Case): Promise<boolean> => {
    if (!checkRequest(schema, candidate.request) || attempts++ >= maxAttempts) return false;
    if (!(await stillFails(candidate))) return false;
    smallest = candidate;
    return true;
  };
  for (let before: Case | undefined; before !== smallest && attempts < maxAttempts; ) {
    before = smallest;
    for (const world of smallerWorlds(smallest.world)) await accept({ ...smallest, world });
    // A document is walked from its root: what goes first takes much with it. After a success the same place again.
    for (let index = 0; attempts < maxAttempts; ) {
      const request = withoutPart(smallest.request, index);
      if (!request) break;
      if (request === unchanged || !(await accept({ ...smallest, request }))) index++;
    }
  }
  return smallest;
}

function* smallerWorlds(world: WorldOptions): Generator<WorldOptions> {
  const rates = ['nullRate', 'errorRate', 'missingRate', 'invalidRate', 'brokenRate'] as const;
  for (const rate of rates) if (world[rate] > 0) yield { ...world, [rate]: 0 };
  if (world.isForeign) yield { ...world, isForeign: false };
  if (world.isLive) yield { ...world, isLive: false };
  for (let maxListLength = 1; maxListLength < world.maxListLength; maxListLength++) {
    yield { ...world, maxListLength };
  }
  for (let universe = 1; universe < world.universe; universe++) yield { ...world, universe };
}

const unchanged: ClientRequest = { text: '', variables: {} };

/** The request with the index-th thing taken away; undefined where there are fewer things. */
function withoutPart(request: ClientRequest, index: number): ClientRequest | undefined {
  let count = 0;
  let isChanged = false;
  const isIt = () => {
    const isNow = count++ === index;
    isChanged ||= isNow;
    return isNow;
  };
  const document = parse(request.text);
  const changed: DocumentNode = visit(document, {
    enter(node, key, parent): ASTNode | null | undefined {
      if (isChanged) return undefined;
      switch (node.kind) {
        case Kind.OPERATION_DEFINITION:
          return node.name && node.name.value !== request.operationName && isIt() ? null : undefined;
        case Kind.FIELD:
        case Kind.INLINE_FRAGMENT:
        case Kind.FRAGMENT_SPREAD: {
          const siblings = Array.isArray(parent) ? parent.length : 0;
          if (siblings > 1 && isIt()) return null;
          if (node.kind === Kind.FIELD) return node.alias && isIt() ? without(node, 'alias') : undefined;
          return inlined(document, node, isIt);
        }
        case Kind.DIRECTIVE:
        case Kind.ARGUMENT:
          return isIt() ? null : undefined;
        case Kind.VARIABLE:
          if (key === 'variable' || !isIt()) return undefined;
          return literalOf(document, request, node.name.value);
        default:
          return undefined;
      }
    },
    leave(node): ASTNode | undefined {
      if (node.kind !== Kind.SELECTION_SET) return undefined;
      // A fragment without a type condition and without directives is what stands in it.
      const selections = node.selections.flatMap((selection) =>
        selection.kind === Kind.INLINE_FRAGMENT && !selection.typeCondition && !selection.directives?.length
          ? selection.selectionSet.selections
          : [selection],
      );
      return selections.length === node.selections.length ? undefined : { ...node, selections };
    },
  });
  if (!isChanged) return undefined;
  return pruneRequest(changed, request) ?? unchanged;
}

/** A spread becomes the fragment in place; an inline fragment loses its condition. */
function inlined(document: DocumentNode, node: ASTNode, isIt: () => boolean): ASTNode | undefined {
  if (node.kind === Kind.INLINE_FRAGMENT) {
    return node.typeCondition && isIt() ? without(node, 'typeCondition') : undefined;
  }
  if (node.kind !== Kind.FRAGMENT_SPREAD || !isIt()) return undefined;
  const fragment = document.definitions.find(
    (definition) => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === node.name.value,
  );
  if (fragment?.kind !== Kind.FRAGMENT_DEFINITION) return undefined;
  const { typeCondition, selectionSet } = fragment;
  return { kind: Kind.INLINE_FRAGMENT, typeCondition, directives: node.directives ?? [], selectionSet };
}

function without<Node extends ASTNode>(node: Node, key: keyof Node): Node {
  const { [key]: _removed, ...rest } = node;
  return rest as unknown as Node;
}

function literalOf(document: DocumentNode, request: ClientRequest, name: string): ValueNode | undefined {
  const given = request.variables[name];
  if (given !== undefined && typeof given !== 'object') {
    return parseLiteral(literal(given));
  }
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const variable = definition.variableDefinitions?.find((node) => node.variable.name.value === name);
    if (variable?.defaultValue && given === undefined) return variable.defaultValue;
  }
  return undefined;
}

function parseLiteral(text: string): ValueNode | undefined {
  let value: ValueNode | undefined;
  visit(parse(`{ f(a: ${text}) }`), {
    Argument(node) {
      value = node.value;
    },
  });
  return value && valueFromASTUntyped(value) === undefined ? undefined : value;
}
