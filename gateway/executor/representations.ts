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

type Represent = (entities: readonly Data[]) => Representations;

/** Compiles the `requires` of a fetch to what reads the representations of its entities. */
export function compileRepresentations(
  requires: readonly QueryPlanSelectionNode[],
  rewrite: ((representation: Data) => void) | undefined,
  types: TypeRelations,
): Represent {
  const simple = rewrite ? undefined : compileSingleKey(requires, types);
  if (simple) return simple;
  const read = compileReader(requires, types);
  return (entities) => {
    const distinct = new DistinctRepresentations();
    for (const entity of entities) {
      const representation = read(entity);
      // Without a type name none of the type conditions fitted, or a key is missing: the entity is not this fetch's.
      if (!representation?.['__typename']) {
        distinct.skip();
        continue;
      }
      rewrite?.(representation);
      distinct.add(JSON.stringify(representation), () => representation);
    }
    return distinct.all();
  };
}

class DistinctRepresentations {
  readonly #list: Data[] = [];
  readonly #indexes: number[] = [];
  readonly #known = new Map<unknown, number>();

  /** The next entity does not concern the fetch. */
  skip(): void {
    this.#indexes.push(-1);
  }

  /** The next entity; `identity` tells its representation from others. */
  add(identity: unknown, representation: () => Data): void {
    let index = this.#known.get(identity);
    if (index === undefined) {
      index = this.#list.push(representation()) - 1;
      this.#known.set(identity, index);
    }
    this.#indexes.push(index);
  }

  all(): Representations {
    return { list: this.#list, indexes: this.#indexes };
  }
}

/**
 * Most fetches ask for one object type by one key: then the key's value tells representations apart, at a tenth of what
 * the text costs that does for all others. Undefined where there is more to it.
 */
function compileSingleKey(
  requires: readonly QueryPlanSelectionNode[],
  types: TypeRelations,
): Represent | undefined {
  const [fragment, ...others] = requires;
  if (fragment?.kind !== 'InlineFragment' || others.length > 0) return undefined;
  const { typeCondition: typename = '', selections } = fragment;
  const [name, field, ...furtherFields] = selections;
  if (types.namesOf(typename).size !== 1 || name?.kind !== 'Field' || name.name !== '__typename')
    return undefined;
  if (field?.kind !== 'Field' || field.selections || furtherFields.length > 0) return undefined;
  const key = field.alias ?? field.name;
  return (entities) => {
    const distinct = new DistinctRepresentations();
    for (const entity of entities) {
      const value = ownValue(entity, key);
      if (value === undefined || ownValue(entity, '__typename') !== typename) distinct.skip();
      // A value that is an object is told apart by identity: at worst it is sent twice.
      else distinct.add(value, () => ({ __typename: typename, [key]: value }));
    }
    return distinct.all();
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
    const names: ReadonlySet<unknown> | undefined =
      typeCondition === undefined ? undefined : types.namesOf(typeCondition);
    return (source, result) => {
      if (names && !names.has(ownValue(source, '__typename'))) return true;
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
