import { type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/**
 * The pairs of selections under one response name that validation compares, to tell whether they can be merged: it takes
 * each with each, and so does for all that they select below. A fragment counts wherever it is spread, so this is what
 * it comes to at most. Takes the time of one walk over the selections.
 * @see https://spec.graphql.org/September2025/#sec-Field-Selection-Merging
 */
export function fieldComparisons(merged: readonly SelectionSetNode[], fragments: Fragments): number {
  const below = new Map<string, SelectionSetNode[]>();
  const times = new Map<string, number>();
  const open = [...merged];
  for (let set = open.pop(); set; set = open.pop()) {
    for (const node of set.selections) {
      if (node.kind === Kind.FIELD) {
        const { value: name } = node.alias ?? node.name;
        times.set(name, (times.get(name) ?? 0) + 1);
        if (!node.selectionSet) continue;
        const sets = below.get(name);
        if (sets) sets.push(node.selectionSet);
        else below.set(name, [node.selectionSet]);
        continue;
      }
      const inside =
        node.kind === Kind.INLINE_FRAGMENT ? node.selectionSet : fragments.get(node.name.value)?.selectionSet;
      if (inside) open.push(inside);
    }
  }
  let comparisons = 0;
  for (const count of times.values()) comparisons += (count * (count - 1)) / 2;
  for (const sets of below.values()) comparisons += fieldComparisons(sets, fragments);
  return comparisons;
}
