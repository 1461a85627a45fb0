import {
  type GraphQLCompositeType,
  GraphQLError,
  type GraphQLLeafType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  type SelectionSetNode,
} from 'graphql';
import type { FieldCollector, ResponseField } from './collect-fields.ts';
import type { Data } from './data.ts';
import { isIntrospection } from './introspection.ts';
import { isLeafValue } from './leaf-values.ts';
import { ownValue, setOwnValue } from './own-value.ts';
import { maxErrors } from './run.ts';
import type { TypeRelations } from './type-relations.ts';

/** Apollo's code for data that does not fit the schema. */
export const invalidDataCode = 'INVALID_GRAPHQL';

/** Stands for a null that its parent may not hold. */
const invalid = Symbol('invalid');

export interface CompletionOptions {
  readonly schema: GraphQLSchema;
  readonly types: TypeRelations;
  readonly fields: FieldCollector;
  /** What the schema answered to introspection. */
  readonly introspection: Data;
}

export interface CompletedResponse {
  readonly data: Data | null;
  /** What does not fit the schema, each at its place. */
  readonly errors: readonly GraphQLError[];
}

/**
 * Makes the response out of merged data whatever it is: the general path, by the specification's CompleteValue and
 * "Handling Field Errors". A null that may not be null takes its parent along; what is no value of its type is null
 * and an error.
 */
export function completeResponse(
  data: Data,
  rootType: string,
  selectionSet: SelectionSetNode,
  options: CompletionOptions,
): CompletedResponse {
  const completion = new Completion(options);
  const completed = completion.completeRoot(data, rootType, selectionSet);
  return { data: completed, errors: completion.errors };
}

class Completion {
  readonly errors: GraphQLError[] = [];
  readonly #options: CompletionOptions;
  readonly #path: (string | number)[] = [];
  /** Counts on where `errors` is full. */
  #failures = 0;

  constructor(options: CompletionOptions) {
    this.#options = options;
  }

  completeRoot(data: Data, rootType: string, selectionSet: SelectionSetNode): Data | null {
    const completed = this.#completeFields(data, rootType, [selectionSet]);
    return completed === invalid ? null : completed;
  }

  #completeFields(
    data: Data,
    typename: string,
    selectionSets: readonly SelectionSetNode[],
  ): Data | typeof invalid {
    const completed: Data = {};
    for (const field of this.#options.fields.collect(typename, selectionSets)) {
      this.#path.push(field.key);
      const value = this.#completeField(data, typename, field);
      this.#path.pop();
      if (value === invalid) return invalid;
      setOwnValue(completed, field.key, value);
    }
    return completed;
  }

  #completeField(data: Data, typename: string, field: ResponseField): unknown {
    if (isIntrospection(field)) return ownValue(this.#options.introspection, field.key);
    if (field.name === '__typename') return this.#completeTypename(typename);
    const value = ownValue(data, field.key);
    return this.#complete(value, field.type, field, `field ${typename}.${field.key}`);
  }

  /** An interface object whose real type could not be fetched has no name that clients may see. */
  #completeTypename(typename: string): unknown {
    if (isObjectType(this.#options.schema.getType(typename))) return typename;
    this.#fail(`Cannot tell the type of an object that is a ${typename}.`);
    return invalid;
  }

  #complete(value: unknown, type: GraphQLOutputType, field: ResponseField, what: string): unknown {
    if (isNonNullType(type)) {
      const before = this.#failures;
      const completed = this.#complete(value, type.ofType, field, what);
      if (completed !== null) return completed;
      if (this.#failures === before) this.#fail(`Cannot return null for non-nullable ${what}.`);
      return invalid;
    }
    if (value === null || value === undefined) return null;
    if (isListType(type)) return this.#completeList(value, type.ofType, field);
    if (isObjectType(type) || isInterfaceType(type) || isUnionType(type)) {
      return this.#completeObject(value, type, field, what);
    }
    return this.#completeLeaf(value, type, what);
  }

  #completeLeaf(value: unknown, type: GraphQLLeafType, what: string): unknown {
    if (isLeafValue(type, value)) return value;
    this.#fail(`Invalid value found for ${what}.`);
    return null;
  }

  /** All elements are looked at, so that each one's error is told. */
  #completeList(value: unknown, itemType: GraphQLOutputType, field: ResponseField): unknown {
    if (!Array.isArray(value)) {
      this.#fail('Expected a list.');
      return null;
    }
    // Unlike map, it does not pass over holes.
    const items = Array.from(value, (item: unknown, index) => {
      this.#path.push(index);
      const what = `array element of type ${isNonNullType(itemType) ? itemType.ofType : itemType} at index ${index}`;
      const completed = this.#complete(item, itemType, field, what);
      this.#path.pop();
      return completed;
    });
    return items.includes(invalid) ? null : items;
  }

  #completeObject(value: unknown, type: GraphQLCompositeType, field: ResponseField, what: string): unknown {
    if (typeof value !== 'object' || Array.isArray(value)) {
      this.#fail(`Invalid value found for ${what}.`);
      return null;
    }
    const data = value as Data;
    const typename = isObjectType(type) ? type.name : (ownValue(data, '__typename') ?? type.name);
    // An interface object may bear the name of its interface, but nothing is of a union only.
    const isNothing = isUnionType(type) && typename === type.name;
    // The name itself is not told: clients may not know that such a type exists.
    if (typeof typename !== 'string' || isNothing || !this.#options.types.is(typename, type.name)) {
      this.#fail(`Invalid __typename found for object at ${what}.`);
      return null;
    }
    const completed = this.#completeFields(data, typename, field.selectionSets);
    return completed === invalid ? null : completed;
  }

  #fail(message: string): void {
    this.#failures++;
    if (this.errors.length >= maxErrors) return;
    this.errors.push(
      new GraphQLError(message, { path: [...this.#path], extensions: { code: invalidDataCode } }),
    );
  }
}
