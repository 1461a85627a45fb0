import {
  type GraphQLCompositeType,
  type GraphQLEnumType,
  type GraphQLLeafType,
  type GraphQLNamedOutputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  type SelectionSetNode,
} from 'graphql';
import type { FieldCollector, ResponseField } from './collect-fields.ts';
import type { Data } from './data.ts';
import { isIntrospection } from './introspection.ts';

/** Makes the response out of merged data. @throws `surprise` where the data is not as the schema promises. */
export type Shaper = (data: Data, introspection: Data) => Data;

export interface CompiledShaper {
  readonly shape: Shaper;
  /** Of the generated source, in UTF-16 units. */
  readonly length: number;
}

/** Thrown by a shaper: the general path has to make this response. A constant, because a stack would cost most. */
export const surprise = Symbol('surprise');

/** Operations that need more code than this take the general path always. */
const maxSourceLength = 500_000;

/**
 * Generates the function that shapes the responses of one operation, an object literal for each type at each place.
 * It knows clean data only: values of their types, no null that must not be, concrete type names. Names come out of a
 * valid document and schema and are GraphQL names, so they cannot break out of the source; they are quoted all the same.
 */
export function compileShaper(
  schema: GraphQLSchema,
  fields: FieldCollector,
  rootType: string,
  selectionSet: SelectionSetNode,
): CompiledShaper | undefined {
  const writer = new ShaperWriter(schema, fields);
  const root = writer.objectFunction(rootType, [selectionSet]);
  const source = writer.finish(root);
  if (source === undefined) return undefined;
  const make = new Function('surprise', 'enums', source) as (
    surprise: symbol,
    enums: readonly ReadonlySet<string>[],
  ) => Shaper;
  return { shape: make(surprise, writer.enums), length: source.length };
}

class ShaperWriter {
  /** The values of the enums that the source refers to by index. */
  readonly enums: ReadonlySet<string>[] = [];
  readonly #schema: GraphQLSchema;
  readonly #fields: FieldCollector;
  readonly #functions: string[] = [];
  readonly #names = new Map<string, string>();
  readonly #setIds = new Map<SelectionSetNode, number>();
  readonly #enumIds = new Map<GraphQLEnumType, number>();
  #length = 0;

  constructor(schema: GraphQLSchema, fields: FieldCollector) {
    this.#schema = schema;
    this.#fields = fields;
  }

  /** The whole source; undefined where it is too long. */
  finish(root: string): string | undefined {
    if (this.#length > maxSourceLength) return undefined;
    const bad = 'function bad() { throw surprise; }';
    return ['"use strict";', bad, ...this.#functions, `return ${root};`].join('\n');
  }

  /** The name of the function for objects that are a `typename`. The same selections of a type share one. */
  objectFunction(typename: string, selectionSets: readonly SelectionSetNode[]): string {
    return this.#function(`${typename} ${this.#idsOf(selectionSets)}`, () => {
      const entries = this.#fields.collect(typename, selectionSets).map((field) => {
        // A quoted __proto__ would set the prototype; a computed one is a key as any other.
        const key = field.key === '__proto__' ? '["__proto__"]' : quote(field.key);
        return `${key}: ${this.#fieldValue(typename, field)}`;
      });
      return `(o, i) {
  if (typeof o !== "object" || Array.isArray(o)) bad();
  return { ${entries.join(', ')} };
}`;
    });
  }

  #fieldValue(typename: string, field: ResponseField): string {
    if (isIntrospection(field)) return `i${access(field.key)}`;
    if (field.name === '__typename') {
      return isObjectType(this.#schema.getType(typename)) ? quote(typename) : 'bad()';
    }
    const value = `o${access(field.key)}`;
    const own =
      field.key in Object.prototype ? `(Object.hasOwn(o, ${quote(field.key)}) ? ${value} : null)` : value;
    return `${this.#valueFunction(field.type, field.selectionSets)}(${own})`;
  }

  /** The name of the function for values of a type, nullable or not. */
  #valueFunction(type: GraphQLOutputType, selectionSets: readonly SelectionSetNode[]): string {
    return this.#function(`value ${type} ${this.#idsOf(selectionSets)}`, () => {
      const inner = isNonNullType(type) ? type.ofType : type;
      const whenNull = isNonNullType(type) ? 'return bad()' : 'return null';
      return `(v) {
  if (v === null || v === undefined) ${whenNull};
  ${isListType(inner) ? this.#listBody(inner.ofType, selectionSets) : this.#namedBody(inner, selectionSets)}
}`;
    });
  }

  #listBody(itemType: GraphQLOutputType, selectionSets: readonly SelectionSetNode[]): string {
    return `if (!Array.isArray(v)) bad();
  const r = new Array(v.length);
  for (let n = 0; n < v.length; n++) r[n] = ${this.#valueFunction(itemType, selectionSets)}(v[n]);
  return r;`;
  }

  #namedBody(type: GraphQLNamedOutputType, selectionSets: readonly SelectionSetNode[]): string {
    if (isObjectType(type)) return `return ${this.objectFunction(type.name, selectionSets)}(v);`;
    if (isLeafType(type)) return `return ${this.#leafCheck(type)} ? v : bad();`;
    return this.#abstractBody(type, selectionSets);
  }

  #abstractBody(
    type: Exclude<GraphQLCompositeType, GraphQLObjectType>,
    selectionSets: readonly SelectionSetNode[],
  ): string {
    const possible = this.#schema.getPossibleTypes(type).map(({ name }) => name);
    // An interface object bears the interface's name as long as nobody needs its real one.
    const typenames = isUnionType(type) ? possible : [...possible, type.name];
    const cases = typenames.map(
      (name) => `case ${quote(name)}: return ${this.objectFunction(name, selectionSets)}(v);`,
    );
    return `switch (v.__typename) { ${cases.join(' ')} default: return bad(); }`;
  }

  /** The same rules as `isLeafValue` has for the general path. */
  #leafCheck(type: GraphQLLeafType): string {
    if (isEnumType(type)) return `enums[${this.#enumId(type)}].has(v)`;
    switch (type.name) {
      case 'String':
        return 'typeof v === "string"';
      case 'ID':
        return '(typeof v === "string" || Number.isInteger(v))';
      case 'Int':
        return 'typeof v === "number" && (v | 0) === v';
      case 'Float':
        return 'Number.isFinite(v)';
      case 'Boolean':
        return 'typeof v === "boolean"';
      default:
        return 'true';
    }
  }

  #enumId(type: GraphQLEnumType): number {
    const known = this.#enumIds.get(type);
    if (known !== undefined) return known;
    const id = this.enums.push(new Set(type.getValues().map(({ name }) => name))) - 1;
    this.#enumIds.set(type, id);
    return id;
  }

  /** The function known under `key`, written on first use. */
  #function(key: string, write: () => string): string {
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const name = `f${this.#names.size}`;
    this.#names.set(key, name);
    // Where it is too long anyway, the rest need not be written.
    if (this.#length > maxSourceLength) return name;
    const source = `function ${name}${write()}`;
    this.#length += source.length;
    this.#functions.push(source);
    return name;
  }

  #idsOf(selectionSets: readonly SelectionSetNode[]): string {
    return selectionSets
      .map((set) => {
        const id = this.#setIds.get(set) ?? this.#setIds.size;
        this.#setIds.set(set, id);
        return id;
      })
      .join(' ');
  }
}

const quote = (name: string) => JSON.stringify(name);
const access = (name: string) => `[${quote(name)}]`;
