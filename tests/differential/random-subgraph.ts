import { setImmediate } from 'node:timers/promises';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { PreparedRequest, Subgraph } from '@tiffin/lib/subgraph/subgraph';
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLList,
  type GraphQLOutputType,
  GraphQLScalarType,
  type GraphQLSchema,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  parse,
} from 'graphql';
import { brokenAnswer } from './broken-answer.ts';
import type { EntityFamily, RequiredInputs } from './entity-keys.ts';
import { RandomFields, type RandomObject, readKeyNumber } from './random-fields.ts';
import type { World } from './random-world.ts';

export interface RandomSubgraphOptions {
  readonly name: string;
  readonly sdl: DocumentNode;
  readonly families: ReadonlyMap<string, EntityFamily>;
  readonly required: RequiredInputs;
  /** The world of a call, by the id of its request: each run of a case has its own. */
  readonly worldOf: (requestId: string) => World;
}

/** A subgraph that answers any operation of its schema from a random world. */
export function createRandomSubgraph(options: RandomSubgraphOptions): Subgraph {
  const { name, families, worldOf } = options;
  const strict = createSchema(options, (type) => type);
  const foreign = createSchema(options, withoutChecks);
  const prepare = (query: string, operationName?: string): PreparedRequest => {
    const document = parse(query);
    return async (variableValues, call) => {
      const world = worldOf(call.requestId);
      const representations = variableValues?.['representations'] as readonly unknown[] | undefined;
      world.sent.push({ subgraph: name, query, representations });
      // Answers of parallel fetches come in another order in each world, but in the same for both executors: where one
      // branch of a plan fails, another may bring what it should have, or come too late for that.
      for (let turns = (query.length + world.options.seed) % 4; turns > 0; turns--) await setImmediate();
      const schema = world.options.isForeign ? foreign : strict;
      const answer = () => {
        const result = execute({ schema, document, contextValue: world, variableValues, operationName });
        return result as ExecutionResult;
      };
      const result = brokenAnswer(world, name, representations, answer) ?? answer();
      if (world.options.interfaceNames) hideInterfaceNames(result, families, world.options.interfaceNames);
      return world.options.isLive ? result : JSON.parse(JSON.stringify(result));
    };
  };
  return {
    name,
    prepare: ({ query, operationName }) => prepare(query, operationName),
    execute: ({ query, operationName, variables }, call, scope) =>
      prepare(query, operationName)(variables, call, scope),
  };
}

function createSchema(
  { sdl, families, required }: RandomSubgraphOptions,
  changed: (type: GraphQLOutputType) => GraphQLOutputType,
): GraphQLSchema {
  const schema = buildSubgraphSchema([{ typeDefs: sdl }]);
  const fields = new RandomFields(schema, families, required);
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__') || type.name === '_Service') continue;
    if (isAbstractType(type)) type.resolveType = ({ typename }: RandomObject) => typename;
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.name === '_service') continue;
      const fieldType = field.type;
      field.type = changed(fieldType);
      field.resolve =
        field.name === '_entities'
          ? (_source, { representations }, world) => fields.findEntities(world, representations)
          : (source, args, world) => fields.resolve(world, type, field.name, fieldType, source, args);
    }
  }
  return schema;
}

/** Puts the object's type in the place of an interface's name, or drops it where the gateway has one already. */
function hideInterfaceNames(
  { data }: ExecutionResult,
  families: ReadonlyMap<string, EntityFamily>,
  how: 'resolved' | 'dropped',
): void {
  const hide = (value: unknown, isEntity: boolean): void => {
    if (Array.isArray(value)) for (const item of value) hide(item, isEntity);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
    const object = value as Record<string, unknown>;
    for (const [key, field] of Object.entries(object)) hide(field, key === '_entities');
    const typename = object['__typename'];
    const family = families.get(String(typename));
    // The name of an interface object is that of a family, but of no member.
    if (!family || family.name !== typename || family.members.includes(typename)) return;
    const keyNumber = readKeyNumber(object, family.keys);
    if (how === 'resolved' && keyNumber !== undefined) {
      object['__typename'] = family.members[keyNumber % family.members.length];
    } else if (isEntity) {
      delete object['__typename'];
    }
  };
  hide(data, false);
}

const unchecked = new Map<string, GraphQLScalarType>();

/** The same type for a subgraph that passes on whatever it gets, as one in another language might. */
function withoutChecks(type: GraphQLOutputType): GraphQLOutputType {
  if (isNonNullType(type)) return withoutChecks(type.ofType);
  if (isListType(type)) return new GraphQLList(withoutChecks(type.ofType));
  if (!isLeafType(type)) return type;
  const known = unchecked.get(type.name) ?? new GraphQLScalarType({ name: type.name });
  unchecked.set(type.name, known);
  return known;
}
