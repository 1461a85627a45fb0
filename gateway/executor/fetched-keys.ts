import type { FetchNode } from '@apollo/query-planner';
import { type DocumentNode, type FragmentDefinitionNode, Kind, parse, type SelectionSetNode } from 'graphql';
import type { Operation } from '../executor.ts';
import { fragmentsOf } from '../fragments-of.ts';
import { isIncluded } from './collect-fields.ts';
import { renamedKeys } from './data-rewrites.ts';
import type { Flags } from './flags.ts';
import type { PlanPath } from './response-path.ts';

/**
 * The response names that the client asks for at a path and that a fetch brings there: what is missing when the fetch
 * fails. Worked out only then.
 */
export function fetchedKeys(fetch: FetchNode, path: PlanPath, client: Operation, flags: Flags): string[] {
  const document = parse(fetch.operation, { noLocation: true });
  const fetched = rootsOf(document);
  const [brought] = walk(fetched, fetch.requires ? ['_entities'] : [], document, flags);
  const [asked] = walk([client.node.selectionSet], path, client.document, flags);
  const renamed = renamedKeys(fetch.outputRewrites);
  // Several internal names may stand for one that the client knows.
  return [...new Set([...brought.keys()].map((key) => renamed.get(key) ?? key))].filter((key) =>
    asked.has(key),
  );
}

/** How far along a path the client asks for what is there: the rest is there for other fetches. */
export function askedLength(path: PlanPath, client: Operation, flags: Flags): number {
  const [, length] = walk([client.node.selectionSet], path, client.document, flags);
  return length;
}

const rootsOf = ({ definitions }: DocumentNode): SelectionSetNode[] =>
  definitions.flatMap((node) => (node.kind === Kind.OPERATION_DEFINITION ? [node.selectionSet] : []));

/** The fields below a path, whatever the types of the objects there, and how much of the path there is. */
function walk(
  roots: readonly SelectionSetNode[],
  path: PlanPath,
  document: DocumentNode,
  flags: Flags,
): [fields: ReadonlyMap<string, SelectionSetNode[]>, length: number] {
  const fragments = fragmentsOf(document);
  let level = fieldsOf(roots, fragments, flags);
  for (const [at, step] of path.entries()) {
    if (step === '@') continue;
    const below = level.get(step);
    if (!below) return [new Map(), at];
    level = fieldsOf(below, fragments, flags);
  }
  return [level, path.length];
}

/** Response name → the selection sets below it. */
function fieldsOf(
  selectionSets: readonly SelectionSetNode[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  flags: Flags,
): Map<string, SelectionSetNode[]> {
  const fields = new Map<string, SelectionSetNode[]>();
  const visited = new Set<SelectionSetNode>();
  const waiting = [...selectionSets];
  for (let set = waiting.pop(); set; set = waiting.pop()) {
    if (visited.has(set)) continue;
    visited.add(set);
    for (const node of set.selections) {
      if (!isIncluded(node, flags)) continue;
      if (node.kind === Kind.FIELD) {
        const key = (node.alias ?? node.name).value;
        if (node.name.value === '__typename') continue;
        const below = fields.get(key) ?? [];
        if (node.selectionSet) below.push(node.selectionSet);
        fields.set(key, below);
      } else {
        const inner = node.kind === Kind.INLINE_FRAGMENT ? node : fragments.get(node.name.value);
        if (inner) waiting.push(inner.selectionSet);
      }
    }
  }
  return fields;
}
