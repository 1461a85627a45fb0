import type { DemoRandom } from '@tiffin/lib/demo/demo-random';
import {
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
} from 'graphql';

/** An enum value: JSON writes it as a text, a document as a name. */
class EnumName {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  toJSON(): string {
    return this.name;
  }
}

/** A random value for `type`, as `literal` and JSON write it. */
export function randomInput(random: DemoRandom, type: GraphQLInputType, depth = 0): unknown {
  if (isNonNullType(type)) return randomNonNull(random, type.ofType, depth);
  return random.next() < 0.12 ? null : randomNonNull(random, type, depth);
}

function randomNonNull(random: DemoRandom, type: GraphQLInputType, depth: number): unknown {
  if (isNonNullType(type)) return randomNonNull(random, type.ofType, depth);
  if (isListType(type)) {
    // A single value stands for a list with nothing else in it.
    if (random.next() < 0.15) return randomNonNull(random, type.ofType, depth + 1);
    const length = random.between(0, 2);
    return Array.from({ length }, () => randomInput(random, type.ofType, depth + 1));
  }
  if (isInputObjectType(type)) {
    const value: Record<string, unknown> = {};
    for (const field of Object.values(type.getFields())) {
      if (!isRequiredInputField(field) && (depth > 2 || random.next() < 0.45)) continue;
      value[field.name] = randomInput(random, field.type, depth + 1);
    }
    return value;
  }
  if (isEnumType(type)) {
    const values = type.getValues();
    return new EnumName(values[random.between(0, values.length - 1)]?.name ?? '');
  }
  const number = random.between(0, 9);
  switch (type.name) {
    case 'Int':
      return number;
    case 'Float':
      return number % 2 ? number : number + 0.5;
    case 'Boolean':
      return number < 5;
    case 'String':
      return number === 0 ? '' : `t${number} "quoted"`;
    case 'ID':
      return number < 3 ? number : `id:${number}`;
    default:
      return random.pick<unknown>([
        number,
        `c${number}`,
        { a: [number, null], b: { c: true } },
        [[number]],
        [],
      ]);
  }
}

/** A value as a document writes it. */
export function literal(value: unknown): string {
  if (value instanceof EnumName) return value.name;
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([name, field]) => `${name}: ${literal(field)}`);
  return `{ ${fields.join(', ')} }`;
}
