import { federation, type SupergraphSource } from './supergraph-source.ts';

/** Entities that each subgraph knows by other keys. */
export const severalKeys: SupergraphSource = {
  name: 'several-keys',
  character:
    'several keys, compound and nested keys, a chain of keys, nullable keys, keys that do not resolve',
  subgraphs: {
    a: `
      ${federation}
      type Query { products: [Product!]! product(upc: String!): Product flights: [Flight] }
      type Product @key(fields: "upc") { upc: String! title: String origin: Country maker: Maker }
      type Country @key(fields: "code", resolvable: false) { code: String! }
      type Maker @key(fields: "org { id } branch") { org: Org! branch: Int! name: String }
      type Org @key(fields: "id") { id: ID! }
      type Flight @key(fields: "number") { number: String seats: Int }
    `,
    b: `
      ${federation}
      type Query { newest: Product }
      type Product @key(fields: "upc") @key(fields: "sku") { upc: String! sku: String stock: Int! }
      type Country @key(fields: "code") { code: String! name: String! neighbours: [Country!] }
      type Org @key(fields: "id") @key(fields: "tax { number country }") { id: ID! tax: Tax makers: [Maker!] }
      type Tax { number: String! @shareable country: String @shareable rate: Float }
      type Flight @key(fields: "number") @key(fields: "code date") { number: String code: String date: Int! }
      type Maker @key(fields: "org { id } branch") { org: Org! branch: Int! }
    `,
    c: `
      ${federation}
      type Query { bestSeller: Product orgs: [Org] }
      type Product @key(fields: "sku") @key(fields: "serial") { sku: String serial: Int similar: [Product] sold: Int }
      type Org @key(fields: "tax { number country }") @key(fields: "id") { id: ID! tax: Tax trust: Int! partner: Org }
      type Tax { number: String! @shareable country: String @shareable }
      type Flight @key(fields: "code date") { code: String date: Int! gate: String next: Flight }
      type Maker @key(fields: "org { id } branch") { org: Org! branch: Int! products: [Product!] }
    `,
    d: `
      ${federation}
      type Query { recalled: [Product!] }
      type Product @key(fields: "serial") { serial: Int recall: String! replacedBy: Product }
      type Org @key(fields: "id") { id: ID! }
    `,
  },
};
