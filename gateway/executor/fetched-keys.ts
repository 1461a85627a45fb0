import type { FetchNode } from '@apollo/query-planner';
import { type DocumentNode, type FragmentDefinitionNode, Kind, parse, type SelectionSetNode } from 'graphql';
import type { Operation } from '../executor.ts';
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
  const brought = keysAt(fetched, fetch.requires ? ['_entities'] : [], document, flags);
  const asked = keysAt([client.node.selectionSet], path, client.document, flags);
  const renamed = renamedKeys(fetch.outputRewrites);
  // Several internal names may stand for one that the client knows.
  return [...new Set([...brought].map((key) => renamed.get(key) ?? key))].filter((key) => asked.has(key));
}

const rootsOf = ({ definitions }: DocumentNode): SelectionSetNode[] =>
  definitions.flatMap((node) => (node.kind === Kind.OPERATION_DEFINITION ? [node.selectionSet] : []));

/** The response names below a path, whatever the types of the objects there. */
function keysAt(
  roots: readonly SelectionSetNode[],
  path: PlanPath,
  document: DocumentNode,
  flags: Flags,
): Set<string> {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  }
  let level = fieldsOf(roots, fragments, flags);
  for (const step of path) {
    if (step !== '@') level = fieldsOf(level.get(step) ?? [], fragments, flags);
  }
  return new Set(level.keys());
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
