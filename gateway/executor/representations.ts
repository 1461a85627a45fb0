import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import type { Data } from './data.ts';
import { mergeData } from './merge-data.ts';
import { ownValue, setOwnValue } from './own-value.ts';
import type { TypeRelations } from './type-relations.ts';

/** Reads from an object what a fetch requires of it; null where something is missing. */
type Reader = (source: Data) => Data | null;

/** What a fetch sends for its entities, each distinct representation once. */
export interface Representations {
  readonly list: readonly Data[];
  /** Entity → index of its representation in the list, -1 where the fetch does not concern it. */
  readonly indexes: readonly number[];
}

/** Compiles the `requires` of a fetch to what reads the representations of its entities. */
export function compileRepresentations(
  requires: readonly QueryPlanSelectionNode[],
  rewrite: ((representation: Data) => void) | undefined,
  types: TypeRelations,
): (entities: readonly Data[]) => Representations {
  const read = compileReader(requires, types);

  function representationOf(entity: Data): Data | undefined {
    const representation = read(entity);
    // Without a type name none of the type conditions fitted, or a key is missing: the entity is not this fetch's.
    if (!representation?.['__typename']) return undefined;
    rewrite?.(representation);
    return representation;
  }

  return (entities) => {
    const list: Data[] = [];
    const indexes: number[] = [];
    const known = new Map<string, number>();
    for (const entity of entities) {
      const representation = representationOf(entity);
      if (!representation) {
        indexes.push(-1);
        continue;
      }
      const key = JSON.stringify(representation);
      let index = known.get(key);
      if (index === undefined) {
        index = list.push(representation) - 1;
        known.set(key, index);
      }
      indexes.push(index);
    }
    return { list, indexes };
  };
}

function compileReader(selections: readonly QueryPlanSelectionNode[], types: TypeRelations): Reader {
  const parts = selections.map((selection) => compilePart(selection, types));
  return (source) => {
    const result: Data = {};
    for (const part of parts) if (!part(source, result)) return null;
    return result;
  };
}

/** Adds one selection to the result; false where the source lacks it. */
type Part = (source: Data, result: Data) => boolean;

function compilePart(selection: QueryPlanSelectionNode, types: TypeRelations): Part {
  if (selection.kind === 'InlineFragment') {
    const { typeCondition, selections } = selection;
    const read = compileReader(selections, types);
    return (source, result) => {
      if (typeCondition !== undefined && !types.is(ownValue(source, '__typename'), typeCondition))
        return true;
      // A fragment whose inputs could not be fetched adds nothing; the others still do.
      const fragment = read(source);
      if (fragment) mergeData(result, fragment, types);
      return true;
    };
  }
  const key = selection.alias ?? selection.name;
  const read = selection.selections && compileReader(selection.selections, types);
  return (source, result) => {
    const value = ownValue(source, key);
    if (value === undefined) return false;
    setOwnValue(result, key, read ? readDeep(value, read) : value);
    return true;
  };
}

/** Reads objects at any depth of lists. */
function readDeep(value: unknown, read: Reader): unknown {
  if (Array.isArray(value)) return value.map((element) => readDeep(element, read));
  return typeof value === 'object' && value !== null ? read(value as Data) : value;
}
