import { type GraphQLLeafType, isEnumType } from 'graphql';
import type { World } from './random-world.ts';

/** A leaf of `type`, decided by `what`. */
export function randomLeaf(world: World, type: GraphQLLeafType, what: string): unknown {
  if (world.isInvalid(what)) return invalidLeaf(world, type, what);
  const leaf = validLeaf(world, type, what);
  if (leaf || !world.options.hasNoFalsyLeaves) return leaf;
  return typeof leaf === 'boolean' ? true : typeof leaf === 'number' ? 1 : 'full';
}

function validLeaf(world: World, type: GraphQLLeafType, what: string): unknown {
  if (isEnumType(type)) {
    const values = type.getValues();
    return values[world.below(values.length, what)]?.name;
  }
  const number = world.below(1_000, what);
  switch (type.name) {
    case 'Int':
      return number;
    case 'Float':
      return number % 2 ? number : number / 8;
    case 'Boolean':
      return number < 500;
    case 'String':
      return number < 30 ? '' : `s${number}`;
    case 'ID':
      return number < 300 ? number : `i${number}`;
    default:
      return customScalar(number, what);
  }
}

/** A custom scalar may be any JSON, also what looks like an object or a list of the schema. */
function customScalar(number: number, what: string): unknown {
  const shapes: readonly unknown[] = [
    number,
    `custom ${number}`,
    number < 500,
    [],
    {},
    [number, null, [what.length]],
    { a: number, b: null, c: { d: [1, { e: 'x' }] } },
    { __typename: 'Nothing', id: number },
    [{ constructor: 1 }, {}],
  ];
  return structuredClone(shapes[number % shapes.length]);
}

/** What a careless subgraph may send instead. */
function invalidLeaf(world: World, type: GraphQLLeafType, what: string): unknown {
  const wrong: readonly unknown[] = ['wrong', 1.5, true, 7, 'HIDDEN', { unexpected: 'object' }, '12', '', -1];
  const value = wrong[world.below(wrong.length, `wrong ${what}`)];
  return type.name === 'Boolean' && value === true ? 'true' : value;
}
