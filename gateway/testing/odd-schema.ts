import { buildSchema } from 'graphql';

/** A schema as clients see it with every kind of output type; each kind nullable, not nullable and in lists. */
export const oddSchema = buildSchema(`
  scalar Anything
  directive @inaccessible on ENUM_VALUE
  enum Colour { RED GREEN }
  interface Node { id: ID }
  interface Named implements Node { id: ID name: String! }
  type Shop implements Named & Node { id: ID name: String! owner: Person! goods: [Good!]! near: [Shop] }
  type Person implements Node { id: ID age: Int friend: Person! }
  type Good implements Named & Node { id: ID name: String! price: Int! colours: [Colour!] }
  union Found = Shop | Person
  type Query {
    int: Int float: Float string: String boolean: Boolean id: ID colour: Colour anything: Anything
    mustInt: Int! mustAnything: Anything!
    ints: [Int] mustInts: [Int!] allInts: [Int!]! grid: [[Int!]!] mustGrid: [[Int!]!]!
    shop: Shop mustShop: Shop! shops: [Shop] mustShops: [Shop!] person: Person
    node: Node named: Named nodes: [Node] found: Found founds: [Found!]
  }
`);
