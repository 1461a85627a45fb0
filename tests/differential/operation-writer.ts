import type { DemoRandom } from '@tiffin/lib/demo/demo-random';
import {
  doTypesOverlap,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isNonNullType,
  isRequiredArgument,
  isUnionType,
} from 'graphql';
import { literal, randomInput } from './random-input.ts';

/** What a client sends. */
export interface ClientRequest {
  readonly text: string;
  readonly operationName?: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** What random requests are written for. */
export interface RequestTarget {
  readonly schema: GraphQLSchema;
  /** Names that no alias has; see "alias with the name of a key" in known-oracle-bugs.ts. */
  readonly inputNames: ReadonlySet<string>;
  /** The oracle runs the same graph as one subgraph. Requests have no conditions, and worlds no failures. */
  readonly isOracleWhole: boolean;
}

/** Names that objects have anyway, and names that fields of other types have: none may confuse an executor. */
const oddAliases = [
  'constructor', 'toString', '__proto__', 'hasOwnProperty', 'valueOf', 'id', 'name', 'value', 'title', 'x', '_',
] as const; // biome-ignore format: a list to read at once

/** Writes one document. Most are valid; those that are not are written anew with fewer clashing names. */
export class OperationWriter {
  readonly #schema: GraphQLSchema;
  readonly #random: DemoRandom;
  readonly #attempt: number;
  readonly #aliases: readonly string[];
  readonly #hasConditions: boolean;
  readonly #composites: readonly GraphQLCompositeType[];
  #fieldsLeft: number;
  readonly #maxDepth: number;
  #names = 0;
  #hasIntrospection = false;
  #definitions: string[] = [];
  #variables: Record<string, unknown> = {};
  readonly #fragments: { name: string; type: GraphQLCompositeType; text: string }[] = [];

  constructor({ schema, inputNames, isOracleWhole }: RequestTarget, random: DemoRandom, attempt: number) {
    this.#aliases = oddAliases.filter((name) => !inputNames.has(name));
    this.#hasConditions = !isOracleWhole;
    this.#schema = schema;
    this.#random = random;
    this.#attempt = attempt;
    this.#composites = Object.values(schema.getTypeMap())
      .filter(isCompositeType)
      .filter(({ name }) => !name.startsWith('__'));
    this.#fieldsLeft = random.pick([6, 12, 20, 30]);
    this.#maxDepth = random.between(2, 6);
  }

  write(): ClientRequest {
    const mutation = this.#schema.getMutationType();
    const query = this.#schema.getQueryType();
    const isMutation = Boolean(mutation) && this.#chance(0.6);
    const root = (isMutation ? mutation : query) as GraphQLCompositeType;
    const selections = this.#selections(root, 0);
    const kind = isMutation ? 'mutation' : 'query';
    const variables = this.#definitions.length > 0 ? `(${this.#definitions.join(', ')})` : '';
    const name = this.#chance(0.4) ? 'Main' : undefined;
    const texts = [`${kind} ${name ?? ''}${variables} ${selections}`];
    for (const fragment of this.#fragments) {
      texts.push(`fragment ${fragment.name} on ${fragment.type.name} ${fragment.text}`);
    }
    if (name && this.#chance(0.3)) texts.unshift('query Other { __typename }');
    return {
      text: texts.join('\n'),
      operationName: name,
      variables: JSON.parse(JSON.stringify(this.#variables)),
    };
  }

  #chance(probability: number): boolean {
    return this.#random.next() < probability;
  }

  #pick<Item>(items: readonly Item[]): Item {
    return this.#random.pick(items as readonly [Item, ...Item[]]);
  }

  #selections(type: GraphQLCompositeType, depth: number): string {
    const count = this.#random.between(1, depth === 0 ? 4 : 5);
    const selections: string[] = [];
    for (let n = 0; n < count; n++) {
      const selection = this.#selection(type, depth);
      if (selection) selections.push(selection);
    }
    if (selections.length === 0) selections.push('__typename');
    return `{ ${selections.join(' ')} }`;
  }

  #selection(type: GraphQLCompositeType, depth: number): string | undefined {
    const roll = this.#random.next();
    if (roll < 0.08) return `${this.#alias(0.35)}__typename${this.#conditions()}`;
    const isAbstract = !('getInterfaces' in type) || 'resolveType' in type;
    if (depth > 0 && roll < (isAbstract ? 0.5 : 0.2)) return this.#fragment(type, depth);
    if (depth === 0 && roll < 0.2)
      return roll < 0.13 ? this.#introspection(type) : this.#fragment(type, depth);
    return isUnionType(type) ? this.#fragment(type, depth) : this.#field(type, depth);
  }

  #introspection(type: GraphQLCompositeType): string | undefined {
    if (type !== this.#schema.getQueryType()) return undefined;
    // One without an alias of its own; see "introspection twice" in known-oracle-bugs.ts.
    const alias = this.#hasIntrospection || this.#chance(0.4) ? `a${this.#names++}: ` : '';
    this.#hasIntrospection ||= alias === '';
    if (this.#chance(0.5)) return `${alias}__schema${this.#conditions()} { queryType { name } }`;
    const named = this.#pick([...this.#composites.map(({ name }) => name), 'Missing']);
    const fields = this.#pick(['name kind', 'name fields { name type { kind } }', '__typename n: name']);
    return `${alias}__type(name: "${named}")${this.#conditions()} { ${fields} }`;
  }

  #fragment(type: GraphQLCompositeType, depth: number): string | undefined {
    const overlapping = this.#composites.filter((other) => doTypesOverlap(this.#schema, type, other));
    const known = this.#fragments.filter((fragment) => overlapping.includes(fragment.type));
    if (known.length > 0 && this.#chance(0.3)) return `...${this.#pick(known).name}${this.#conditions()}`;
    if (this.#fieldsLeft <= 0) return undefined;
    const condition = this.#chance(0.12) ? type : this.#pick(overlapping);
    const conditions = this.#conditions();
    const text = this.#selections(condition, depth + 1);
    if (this.#chance(0.25)) {
      const name = `F${this.#names++}`;
      this.#fragments.push({ name, type: condition, text });
      return `...${name}${conditions}`;
    }
    const on = condition === type && this.#chance(0.4) ? '' : ` on ${condition.name}`;
    return `...${on}${conditions} ${text}`;
  }

  #field(type: Exclude<GraphQLCompositeType, { getTypes: unknown }>, depth: number): string | undefined {
    this.#fieldsLeft--;
    const fields: GraphQLField<unknown, unknown>[] = Object.values(
      (type as { getFields(): Record<string, GraphQLField<unknown, unknown>> }).getFields(),
    );
    const isDeep = depth >= this.#maxDepth || this.#fieldsLeft <= 0;
    const possible = fields.filter((field) => !isDeep || !isCompositeType(getNamedType(field.type)));
    if (possible.length === 0 || (this.#fieldsLeft <= 0 && this.#chance(0.5))) return undefined;
    const field = this.#pick(possible);
    const args = this.#arguments(field.args);
    const alias = this.#alias(args === '' ? 0.2 : 0.6);
    const head = `${alias}${field.name}${args}${this.#conditions()}`;
    const named = getNamedType(field.type);
    return isCompositeType(named) ? `${head} ${this.#selections(named, depth + 1)}` : head;
  }

  #alias(probability: number): string {
    if (!this.#chance(Math.min(1, probability + this.#attempt / 20))) return '';
    const isOdd = this.#chance(Math.max(0, 0.5 - this.#attempt / 10));
    return `${isOdd ? this.#pick(this.#aliases) : `a${this.#names++}`}: `;
  }

  #arguments(args: readonly GraphQLArgument[]): string {
    const given: string[] = [];
    for (const arg of args) {
      if (!isRequiredArgument(arg) && this.#chance(0.4)) continue;
      const value = this.#chance(0.4) ? this.#variable(arg) : literal(randomInput(this.#random, arg.type));
      given.push(`${arg.name}: ${value}`);
    }
    return given.length > 0 ? `(${given.join(', ')})` : '';
  }

  #variable({ type, defaultValue }: Pick<GraphQLArgument, 'type' | 'defaultValue'>): string {
    const name = `v${this.#names++}`;
    const nullable = isNonNullType(type) ? type.ofType : type;
    const hasDefault = this.#chance(0.4);
    const mayBeNull = !isNonNullType(type) || hasDefault || defaultValue !== undefined;
    const isNullable = mayBeNull && this.#chance(0.6);
    const fallback = isNonNullType(type)
      ? randomInput(this.#random, type)
      : randomInput(this.#random, nullable);
    const usesDefault = hasDefault && !(fallback === null && !isNullable);
    this.#definitions.push(
      `$${name}: ${isNullable ? nullable : `${nullable}!`}${usesDefault ? ` = ${literal(fallback)}` : ''}`,
    );
    const mayBeOmitted = isNullable || usesDefault;
    if (!mayBeOmitted || this.#chance(0.6)) {
      const must = !isNullable || isNonNullType(type);
      this.#variables[name] = randomInput(this.#random, must && isNonNullType(type) ? type : nullable);
      if (must && this.#variables[name] === null) delete this.#variables[name];
    }
    return `$${name}`;
  }

  #conditions(): string {
    if (!this.#hasConditions) return '';
    const parts = [];
    for (const name of ['skip', 'include']) {
      if (!this.#chance(0.07)) continue;
      const wanted = this.#chance(0.6) ? name === 'include' : name === 'skip';
      parts.push(` @${name}(if: ${this.#chance(0.25) ? wanted : this.#booleanVariable(wanted)})`);
    }
    if (parts.length === 2 && this.#chance(0.5)) parts.reverse();
    return parts.join('');
  }

  /** Conditions share variables, so that branches of a plan depend on each other. */
  #booleanVariable(value: boolean): string {
    const name = `if${this.#random.between(0, 2)}`;
    if (this.#definitions.some((definition) => definition.startsWith(`$${name}:`))) return `$${name}`;
    const hasDefault = this.#chance(0.5);
    this.#definitions.push(
      hasDefault ? `$${name}: Boolean${this.#chance(0.5) ? '!' : ''} = ${value}` : `$${name}: Boolean!`,
    );
    if (!hasDefault || this.#chance(0.3)) this.#variables[name] = this.#chance(0.7) ? value : !value;
    return `$${name}`;
  }
}
