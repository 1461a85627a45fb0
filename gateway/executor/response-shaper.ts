import { GraphQLError, type GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Operation } from '../executor.ts';
import { FieldCollector, type ResponseField } from './collect-fields.ts';
import { compileShaper, type Shaper, surprise } from './compile-shaper.ts';
import { completeResponse, isExplained } from './complete-response.ts';
import type { Data } from './data.ts';
import type { Flags } from './flags.ts';
import { introspect, isIntrospection } from './introspection.ts';
import type { Run } from './run.ts';
import type { TypeRelations } from './type-relations.ts';

/** Each combination of `@skip` and `@include` has a shaper of its own; an operation keeps this many. */
const maxVariants = 16;

/** An operation as one combination of its flags asks for it. */
interface Variant {
  readonly fields: FieldCollector;
  readonly introspected: readonly ResponseField[];
  /** Whether it asks for anything that the gateway does not know by itself. */
  readonly asksSubgraphs: boolean;
  /** Absent where the operation is too large to be compiled. */
  readonly shape: Shaper | undefined;
}

export interface ResponseShaperOptions {
  readonly schema: GraphQLSchema;
  /** Of the schema that clients see. */
  readonly types: TypeRelations;
  readonly operation: Operation;
  /** Told of each response that the compiled shaper could not make. */
  readonly onSurprise: () => void;
}

/** Makes the responses of one operation: by a compiled function, and by the general path where the data surprises it. */
export class ResponseShaper {
  /** How much source the largest variant so far has, in UTF-16 units. */
  sourceLength = 0;
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

  /** Whether the operation, with the flags of a run, asks for anything that the gateway does not know by itself. */
  asksSubgraphs({ flags }: Run): boolean {
    return this.#variantOf(flags).asksSubgraphs;
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
    const variant = this.#compile(flags);
    this.#variants.set(key, variant);
    return variant;
  }

  #compile(flags: Flags): Variant {
    const { schema, types, operation } = this.#options;
    const { selectionSet } = operation.node;
    const fields = new FieldCollector(schema, types, operation.document, flags);
    const compiled = compileShaper(schema, fields, this.#rootType, selectionSet);
    this.sourceLength = Math.max(this.sourceLength, compiled?.length ?? 0);
    const roots = fields.collect(this.#rootType, [selectionSet]);
    return {
      fields,
      introspected: roots.filter(isIntrospection),
      asksSubgraphs: roots.some(({ name }) => !name.startsWith('__')),
      shape: compiled?.shape,
    };
  }
}

const noIntrospection: Data = {};
