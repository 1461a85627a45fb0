import {
  GraphQLError,
  type GraphQLNamedOutputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import type { EntityFamily, KeyTree, RequiredInputs } from './entity-keys.ts';
import { randomLeaf } from './random-value.ts';
import { canonicalJson, type World } from './random-world.ts';

/** An object of the world as resolvers see it: nothing but what it is; its fields are computed when asked for. */
export interface RandomObject {
  readonly typename: string;
  /** The same in every subgraph. */
  readonly identity: string;
  /** An entity's number, from which its key fields are made, and from which they lead back to it. */
  readonly keyNumber?: number | undefined;
  readonly keys?: KeyTree | undefined;
  /** What the gateway sent along, for fields with `@requires`. */
  readonly representation?: Readonly<Record<string, unknown>>;
}

type Args = Readonly<Record<string, unknown>>;

/** Computes the fields of one subgraph's types from a world. */
export class RandomFields {
  readonly #schema: GraphQLSchema;
  readonly #families: ReadonlyMap<string, EntityFamily>;
  readonly #required: RequiredInputs;

  constructor(schema: GraphQLSchema, families: ReadonlyMap<string, EntityFamily>, required: RequiredInputs) {
    this.#schema = schema;
    this.#families = families;
    this.#required = required;
  }

  resolve(
    world: World,
    parent: GraphQLObjectType,
    field: string,
    type: GraphQLOutputType,
    source: RandomObject | undefined,
    args: Args,
  ): unknown {
    const isMutation = parent === this.#schema.getMutationType();
    if (isMutation) world.version += 1;
    if (field === 'version') return world.version;
    const owner = source ?? { typename: parent.name, identity: parent.name };
    const inputs = this.#inputsOf(world, parent, field, owner);
    const isKey = owner.keys && field in owner.keys;
    const what = `${owner.identity}.${field}${canonicalJson(args)}${inputs ?? ''}${isMutation ? world.version : ''}`;
    if (world.fails(what)) throw failure(world, what, field);
    if (this.#isNull(world, type, what)) return null;
    return isKey ? this.#keyValue(owner, field, type, what) : this.#value(world, type, what);
  }

  /** The required inputs of a field, as a text; undefined where it requires none. */
  #inputsOf(world: World, parent: GraphQLObjectType, field: string, owner: RandomObject): string | undefined {
    const required = this.#required.get(`${parent.name}.${field}`);
    if (!required) return undefined;
    const { representation } = owner;
    const inputs = required.isComputed
      ? this.#computed(world, parent, owner, required.fields)
      : representation;
    const texts = required.fields.selections.map((node) => {
      const value = node.kind === Kind.FIELD ? inputs?.[node.name.value] : undefined;
      // Not sent at all is something else than null: an executor that forgets an input must be seen.
      return value === undefined ? 'not sent' : canonicalJson(value);
    });
    return texts.join();
  }

  /** What a gateway would read for a set of fields without fragments. */
  #computed(
    world: World,
    parent: GraphQLObjectType,
    owner: RandomObject,
    { selections }: SelectionSetNode,
  ): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    for (const node of selections) {
      const name = node.kind === Kind.FIELD ? node.name.value : '';
      const field = parent.getFields()[name];
      if (!field || node.kind !== Kind.FIELD) throw new Error(`${parent.name} has no field ${name}.`);
      const value = this.resolve(world, parent, name, field.type, owner, {});
      const below = getNamedType(field.type);
      const { selectionSet } = node;
      const read = (item: unknown): unknown => {
        if (Array.isArray(item)) return item.map(read);
        if (item === null || !selectionSet || !isObjectType(below)) return item;
        return this.#computed(world, below, item as RandomObject, selectionSet);
      };
      result[name] = read(value);
    }
    return result;
  }

  /** Answers `_entities`. */
  findEntities(world: World, representations: readonly unknown[]): unknown[] {
    return representations.map((representation) => {
      const given = representation as Readonly<Record<string, unknown>>;
      const typename = String(given['__typename']);
      const family = this.#families.get(typename);
      const keyNumber = family && readKeyNumber(given, family.keys);
      if (!family || keyNumber === undefined) return null;
      const what = `entity ${family.name}#${keyNumber}`;
      if (world.isMissing(what)) {
        return world.unit(`how ${what}`) < 0.4 ? failure(world, what, '_entities') : null;
      }
      return { ...this.#entity(family, typename, keyNumber), representation: given };
    });
  }

  /** A foreign subgraph may answer null even where its schema says that it does not. */
  #isNull(world: World, type: GraphQLOutputType, what: string): boolean {
    return isNonNullType(type) ? world.isInvalid(`null ${what}`) : world.isNull(what);
  }

  #value(world: World, type: GraphQLOutputType, what: string): unknown {
    if (isNonNullType(type)) return this.#value(world, type.ofType, what);
    if (isListType(type)) {
      const length = world.below(world.options.maxListLength + 1, `length ${what}`);
      return Array.from({ length }, (_, index) => {
        const element = `${what}[${index}]`;
        return this.#isNull(world, type.ofType, element) ? null : this.#value(world, type.ofType, element);
      });
    }
    return this.#named(world, type, what);
  }

  #named(world: World, type: GraphQLNamedOutputType, what: string): unknown {
    if (isLeafType(type)) return randomLeaf(world, type, what);
    const family = this.#families.get(type.name);
    if (family) {
      const round = world.below(world.options.universe, `which ${what}`);
      const member = family.members.indexOf(type.name);
      const index = member >= 0 ? member : world.below(family.members.length, `member ${what}`);
      return this.#entity(family, type.name, round * family.members.length + index);
    }
    if (isAbstractType(type)) {
      const possible = [...this.#schema.getPossibleTypes(type)].sort((a, b) => (a.name < b.name ? -1 : 1));
      const picked = possible[world.below(possible.length, `type ${what}`)];
      return picked && this.#named(world, picked, what);
    }
    return { typename: type.name, identity: what } satisfies RandomObject;
  }

  #entity({ name, members, keys }: EntityFamily, asked: string, keyNumber: number): RandomObject {
    const type = this.#schema.getType(asked);
    const typename = isAbstractType(type) ? (members[keyNumber % members.length] ?? asked) : asked;
    return { typename, identity: `${name}#${keyNumber}`, keyNumber, keys };
  }

  /** Key fields are reversible, and their objects are numbered like the entity that they identify. */
  #keyValue(owner: RandomObject, field: string, type: GraphQLOutputType, what: string): unknown {
    const named = getNamedType(type);
    const keyNumber = owner.keyNumber ?? 0;
    if (named.name === 'Int') return 1_000 + keyNumber;
    if (isLeafType(named)) return `${field}:${keyNumber}`;
    const family = this.#families.get(named.name);
    if (family) return this.#entity(family, named.name, keyNumber);
    return { typename: named.name, identity: what, keyNumber, keys: owner.keys?.[field] };
  }
}

function failure(world: World, what: string, field: string): GraphQLError {
  const codes = ['NOT_FOUND', 'FORBIDDEN', undefined];
  const code = codes[world.below(codes.length, `code ${what}`)];
  const extensions = code ? { code, about: what.length } : {};
  return new GraphQLError(`${field} failed.`, { extensions });
}

/** The number behind the first key leaf that has one. */
export function readKeyNumber(value: unknown, keys: KeyTree): number | undefined {
  if (typeof value === 'number') return value - 1_000;
  if (typeof value === 'string') {
    const digits = /:(\d+)$/.exec(value)?.[1];
    return digits === undefined ? undefined : Number(digits);
  }
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [field, below] of Object.entries(keys)) {
    const own = (value as Record<string, unknown>)[field];
    const found = below && readKeyNumber(own, below);
    if (found !== undefined) return found;
  }
  return undefined;
}
