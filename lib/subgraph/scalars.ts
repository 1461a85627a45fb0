import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';

/** Whole cents from -(2^53 - 1) to 2^53 - 1, a JSON number on the wire. */
export const Cents = new GraphQLScalarType<number, number>({
  name: 'Cents',
  serialize: toCents,
  parseValue: toCents,
  parseLiteral(node) {
    if (node.kind !== Kind.INT) throw new GraphQLError('Cents must be a whole number.', { nodes: node });
    return toCents(Number(node.value));
  },
});

/** A moment, ISO 8601 text in UTC on the wire. */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  serialize(value) {
    if (!(value instanceof Date) || Number.isNaN(value.getTime()))
      throw new GraphQLError('DateTime must be a valid Date.');
    return value.toISOString();
  },
  parseValue: toDate,
  parseLiteral(node) {
    return toDate(node.kind === Kind.STRING ? node.value : undefined);
  },
});

function toCents(value: unknown): number {
  if (!Number.isSafeInteger(value)) {
    throw new GraphQLError('Cents must be a whole number from -(2^53 - 1) to 2^53 - 1.');
  }
  return value as number;
}

const momentPattern = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

function toDate(value: unknown): Date {
  const text = typeof value === 'string' ? value : '';
  const day = momentPattern.exec(text)?.[1];
  const date = new Date(text);
  if (!day || !isDay(day) || Number.isNaN(date.getTime())) {
    throw new GraphQLError('DateTime must be ISO 8601 text like 2030-01-31T18:00:00.000Z.');
  }
  return date;
}

/** Date itself takes 31 February for 3 March. */
function isDay(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}
