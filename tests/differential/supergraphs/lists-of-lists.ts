import { federation, type SupergraphSource } from './supergraph-source.ts';

/** Lists of lists where Apollo's executor cannot be the oracle of a federated graph: it is that of one subgraph. */
export const listsOfLists: SupergraphSource = {
  name: 'lists-of-lists',
  character: 'lists of lists as required inputs, and of shared values that two subgraphs answer in parts',
  subgraphs: {
    sheets: `
      ${federation}
      type Query { sheets: [Sheet!] sheet(id: ID!): Sheet }
      type Sheet @key(fields: "id") {
        id: ID! grid: [[Point]] cube: [[[Point!]!]] next: Sheet
        rows: [[Line]] @shareable
        strict: [[Line!]!]! @shareable
      }
      type Point { x: Int! label: String near: [[Point!]] }
      type Line { count: Int @shareable note: String price: Price @shareable }
      type Price { net: Int @shareable unit: String }
    `,
    analysis: `
      ${federation}
      type Sheet @key(fields: "id") {
        id: ID! grid: [[Point]] @external cube: [[[Point!]!]] @external
        heat(scale: Int): Int @requires(fields: "grid { x label }")
        depth: String! @requires(fields: "cube { x near { label } }")
        rows: [[Line]] @shareable
        strict: [[Line!]!]! @shareable
      }
      type Point @external { x: Int! label: String near: [[Point!]] }
      type Line { count: Int @shareable tax: Float price: Price @shareable }
      type Price { net: Int @shareable gross: Int! }
    `,
  },
  wholeGraph: {
    sdl: `
      ${federation}
      type Query { sheets: [Sheet!] sheet(id: ID!): Sheet }
      type Sheet @key(fields: "id") {
        id: ID! grid: [[Point]] cube: [[[Point!]!]]
        heat(scale: Int): Int depth: String!
        rows: [[Line]] strict: [[Line!]!]! next: Sheet
      }
      type Point { x: Int! label: String near: [[Point!]] }
      type Line { count: Int tax: Float price: Price note: String }
      type Price { net: Int gross: Int! unit: String }
    `,
    inputs: { 'Sheet.heat': '{ grid { x label } }', 'Sheet.depth': '{ cube { x near { label } } }' },
  },
};
