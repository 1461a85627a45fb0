import {
  defaultTypeResolver,
  type GraphQLAbstractType,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLOutputType,
  type GraphQLSchema,
  type GraphQLTypeResolver,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isLeafType,
  isListType,
  isObjectType,
  locatedError,
} from 'graphql';

/** Something that graphql-jit cannot treat as graphql-js would: the operation is to be run anew by the latter. */
export class Surprise extends Error {}

/** The request's fault, which says nothing about the document. */
export class ArgumentSurprise extends Surprise {}

/** What an error of a leaf says when it is a surprise: graphql-jit keeps nothing but its message. */
export const surpriseMessage = 'This leaf is for graphql-js.';

type Resolver = GraphQLFieldResolver<unknown, unknown>;

/**
 * graphql-jit takes resolvers from the schema while it compiles. In that time the schema has these, which keep from it
 * what it does not bear: one exception in what follows a promise would leave its operation unanswered for ever.
 */
export class GuardedResolvers {
  readonly #schema: GraphQLSchema;
  #swaps: readonly Swap[] | undefined;

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  /** Runs `compile`, which must not wait, with the guards in the schema. */
  during<Value>(compile: () => Value): Value {
    this.#swaps ??= swapsOf(this.#schema);
    const restores = this.#swaps.map((swap) => swap());
    try {
      return compile();
    } finally {
      for (const restore of restores) restore();
    }
  }
}

/** By type name: they let no promise and no function pass for a value, and hand on why a value does not fit. */
export function guardedSerializers(schema: GraphQLSchema): Record<string, (value: unknown) => unknown> {
  const leaves = Object.values(schema.getTypeMap()).filter(isLeafType);
  return Object.fromEntries(
    leaves.map((type) => [
      type.name,
      (value: unknown) => {
        try {
          if (typeof value === 'function' || isThenable(value)) throw new Surprise();
          const serialized = type.serialize(value);
          if (serialized == null) throw new Surprise();
          return serialized;
        } catch {
          throw new Error(surpriseMessage);
        }
      },
    ]),
  );
}

/** Puts something into the schema, and gives what takes it out again. */
type Swap = () => () => void;

function swapsOf(schema: GraphQLSchema): readonly Swap[] {
  const queryType = schema.getQueryType();
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (type.name.startsWith('__')) return [];
    if (isAbstractType(type)) return [swap(type, 'resolveType', guardTypeResolver(type, schema))];
    if (!isObjectType(type)) return [];
    return Object.values(type.getFields()).flatMap((field) => {
      const resolve = guardResolver(field, type === queryType);
      return resolve ? [swap(field, 'resolve', resolve)] : [];
    });
  });
}

function swap<Key extends string>(holder: { [key in Key]?: unknown }, key: Key, value: unknown): Swap {
  return () => {
    const original = holder[key];
    holder[key] = value;
    return () => {
      holder[key] = original;
    };
  };
}

/** Without a resolver graphql-jit reads a property by itself, which is right, and fastest, for leaves only. */
function guardResolver(field: GraphQLField<unknown, unknown>, isRoot: boolean): Resolver | undefined {
  const isPlainLeaf = isLeafType(getNullableType(field.type));
  if (!field.resolve && isPlainLeaf && !isRoot) return undefined;
  const resolve = field.resolve ?? propertyResolver(field.name);
  const shape = shapeOf(field.type);
  return (source, args, context, info) => {
    try {
      return guard(resolve(source, args, context, info), shape);
    } catch (thrown) {
      return toError(thrown);
    }
  };
}

/** graphql-js's default resolver, but not by `info`. */
const propertyResolver =
  (name: string): Resolver =>
  (source, args, context, info) => {
    if ((typeof source !== 'object' || source === null) && typeof source !== 'function') return undefined;
    const property = (source as Record<string, unknown>)[name];
    return typeof property === 'function' ? property.call(source, args, context, info) : property;
  };

/** What it throws comes to a guard above, or out of the compiled function. */
function guardTypeResolver(
  type: GraphQLAbstractType,
  schema: GraphQLSchema,
): GraphQLTypeResolver<unknown, unknown> {
  const possible = new Set<unknown>(schema.getPossibleTypes(type).map(({ name }) => name));
  const resolveType = type.resolveType ?? defaultTypeResolver;
  return (value, context, info) => {
    const name = resolveType(value, context, info, type);
    if (!possible.has(name)) throw new Surprise();
    return name;
  };
}

/** How many lists stand around a value, and whether it has fields. */
interface Shape {
  readonly isComposite: boolean;
  readonly item: Shape | undefined;
}

function shapeOf(type: GraphQLOutputType): Shape {
  const nullable = getNullableType(type);
  return {
    isComposite: isCompositeType(getNamedType(type)),
    item: isListType(nullable) ? shapeOf(nullable.ofType) : undefined,
  };
}

function guard(value: unknown, shape: Shape): unknown {
  if (value == null) return value;
  if (typeof value !== 'object') {
    if (typeof value === 'function' || shape.item || shape.isComposite) throw new Surprise();
    return value;
  }
  if (isThenable(value)) return new GuardedPromise(value, shape);
  return shape.item && !(value instanceof Error) ? guardItems(value, shape.item) : value;
}

function guardItems(value: object, shape: Shape): unknown {
  if (!Array.isArray(value)) {
    return guardItems(itemsOf(value), shape);
  }
  let guarded: unknown[] | undefined;
  for (let index = 0; index < value.length; index++) {
    const item = value[index];
    const guardedItem = guardItem(item, shape);
    if (guardedItem === item) continue;
    guarded ??= [...value];
    guarded[index] = guardedItem;
  }
  return guarded ?? value;
}

/** @throws Surprise where graphql-js may have read items before it fails. */
function itemsOf(value: object): readonly unknown[] {
  try {
    return [...(value as Iterable<unknown>)];
  } catch (cause) {
    throw new Surprise('It is no list.', { cause });
  }
}

/** An item fails by itself: its neighbours live. */
function guardItem(item: unknown, shape: Shape): unknown {
  try {
    return guard(item, shape);
  } catch (thrown) {
    return toError(thrown);
  }
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';

/**
 * A promise as graphql-jit may have it. It is always fulfilled, if need be with the error, because of a rejected item
 * graphql-jit puts a null to the list's end.
 */
class GuardedPromise {
  readonly #promise: PromiseLike<unknown>;
  readonly #shape: Shape;

  constructor(promise: PromiseLike<unknown>, shape: Shape) {
    this.#promise = promise instanceof Promise ? promise : Promise.resolve(promise);
    this.#shape = shape;
  }

  // biome-ignore lint/suspicious/noThenProperty: graphql-jit looks for it.
  then(onFulfilled: (value: unknown) => void): void {
    this.#promise.then(
      (value) => this.#settle(value, onFulfilled),
      (thrown: unknown) => this.#settle(toError(thrown), onFulfilled),
    );
  }

  #settle(value: unknown, onFulfilled: (value: unknown) => void): void {
    try {
      onFulfilled(guard(value, this.#shape));
    } catch (thrown) {
      // It cannot fail again: an error is not read further. If it does, its operation has been given up before.
      try {
        onFulfilled(new Surprise('What followed a promise failed.', { cause: thrown }));
      } catch {}
    }
  }
}

/** graphql-js's own words for what is thrown and is no error. */
const toError = (thrown: unknown): unknown =>
  thrown instanceof Error ? thrown : locatedError(thrown, undefined).originalError;
