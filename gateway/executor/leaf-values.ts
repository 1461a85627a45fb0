import {
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  type GraphQLLeafType,
  GraphQLString,
  isEnumType,
} from 'graphql';

const maxInt = 2 ** 31 - 1;
const minInt = -(2 ** 31);

/**
 * Whether what a subgraph sent is a value of the type. Subgraphs have serialised their results, so nothing is coerced.
 * A custom scalar may be anything. An enum knows only the values that clients may see.
 */
export function isLeafValue(type: GraphQLLeafType, value: unknown): boolean {
  if (isEnumType(type)) return typeof value === 'string' && type.getValue(value) !== undefined;
  switch (type.name) {
    case GraphQLString.name:
      return typeof value === 'string';
    case GraphQLID.name:
      return typeof value === 'string' || Number.isInteger(value);
    case GraphQLInt.name:
      return Number.isInteger(value) && Number(value) >= minInt && Number(value) <= maxInt;
    case GraphQLFloat.name:
      return Number.isFinite(value);
    case GraphQLBoolean.name:
      return typeof value === 'boolean';
    default:
      return true;
  }
}
