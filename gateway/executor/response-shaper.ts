import {
  GraphQLError,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isLeafType,
  type SelectionSetNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Operation } from '../executor.ts';
import { FieldCollector, type ResponseField } from './collect-fields.ts';
import { compileShaper, type Shaper, surprise } from './compile-shaper.ts';
import { completeResponse } from './complete-response.ts';
import type { Data } from './data.ts';
import type { Flags } from './flags.ts';
import { introspect, isIntrospection } from './introspection.ts';
import { isExplained } from './is-explained.ts';
import type { Run } from './run.ts';
import type { TypeRelations } from './type-relations.ts';

/** Each combination of `@skip` and `@include` has a shaper of its own; an operation keeps this many. */
const maxVariants = 16;

/** The first combination is compiled at once, a further one on its second run: clients may play through all of them. */
const furtherPatience = 1;

/** What a character of a shaper's source costs in memory once it has run; measured with operations of many sizes. */
const bytesPerCharacter = 4;

/** An operation as one combination of its flags asks for it. */
interface Variant {
  readonly fields: FieldCollector;
  readonly introspected: readonly ResponseField[];
  /** Absent at first, and where the operation is too large to be compiled. */
  shape: Shaper | undefined;
  /** Further runs before it is compiled. */
  patience: number;
}

export interface ResponseShaperOptions {
  readonly schema: GraphQLSchema;
  /** Of the schema that clients see. */
  readonly types: TypeRelations;
  readonly operation: Operation;
  /** Told of each response that the compiled shaper could not make. */
  readonly onSurprise: () => void;
  /** Told of the bytes that a compiled combination takes. */
  readonly onGrowth?: ((bytes: number) => void) | undefined;
}

/** Makes the responses of one operation: by a compiled function, and by the general path where the data surprises it. */
export class ResponseShaper {
  readonly #options: ResponseShaperOptions;
  readonly #variants = new LRUCache<string, Variant>({ max: maxVariants });
  readonly #rootType: string;

  constructor(options: ResponseShaperOptions) {
    const { schema, operation } = options;
    const root = schema.getRootType(operation.node.operation);
    if (!root) throw new GraphQLError(`The schema has no ${operation.node.operation}.`);
    this.#options = options;
    this.#rootType = root.name;
  }

  /** The response to what a run has brought; adds what does not fit the schema to its errors. */
  shape(run: Run): Data | null {
    const { schema, operation, onSurprise } = this.#options;
    const variant = this.#variantOf(run.flags);
    const introspection =
      variant.introspected.length > 0
        ? introspect(schema, operation, variant.introspected, run.variables)
        : noIntrospection;
    if (variant.patience-- === 0) this.#compile(variant);
    if (variant.shape) {
      try {
        return variant.shape(run.data, introspection);
      } catch (thrown) {
        if (thrown !== surprise) throw thrown;
        onSurprise();
      }
    }
    return this.#complete(run, variant, introspection);
  }

  #compile(variant: Variant): void {
    const { schema, operation, onGrowth } = this.#options;
    const compiled = compileShaper(schema, variant.fields, this.#rootType, operation.node.selectionSet);
    variant.shape = compiled?.shape;
    onGrowth?.((compiled?.length ?? 0) * bytesPerCharacter);
  }

  /** Whether the operation, with the flags of a run, asks for any value that only a subgraph can have. */
  asksForValues({ flags }: Run): boolean {
    const { schema, operation } = this.#options;
    const { fields } = this.#variantOf(flags);
    const asks = (typename: string, selectionSets: readonly SelectionSetNode[]): boolean =>
      fields.collect(typename, selectionSets).some((field) => {
        if (field.name.startsWith('__')) return false;
        const type = getNamedType(field.type);
        if (isLeafType(type)) return true;
        // The interface itself too: an interface object may be all there is of it.
        const possible = isAbstractType(type) ? [type, ...schema.getPossibleTypes(type)] : [type];
        return possible.some(({ name }) => asks(name, field.selectionSets));
      });
    return asks(this.#rootType, [operation.node.selectionSet]);
  }

  #complete(run: Run, { fields }: Variant, introspection: Data): Data | null {
    const { schema, types, operation } = this.#options;
    const { selectionSet } = operation.node;
    const options = { schema, types, fields, introspection };
    const { data, errors } = completeResponse(run.data, this.#rootType, selectionSet, options);
    const told = [...run.errors];
    run.addErrors(errors.filter(({ path }) => !isExplained(path ?? [], told)));
    return data;
  }

  #variantOf(flags: Flags): Variant {
    const key = flags.size === 0 ? '' : [...flags.values()].map(Number).join('');
    const known = this.#variants.get(key);
    if (known) return known;
    const variant = this.#collect(flags);
    this.#variants.set(key, variant);
    return variant;
  }

  #collect(flags: Flags): Variant {
    const { schema, types, operation } = this.#options;
    const { selectionSet } = operation.node;
    const fields = new FieldCollector(schema, types, operation.document, flags);
    return {
      fields,
      introspected: fields.collect(this.#rootType, [selectionSet]).filter(isIntrospection),
      shape: undefined,
      patience: this.#variants.size === 0 ? 0 : furtherPatience,
    };
  }
}

const noIntrospection: Data = {};
