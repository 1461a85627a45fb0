import { federation, type SupergraphSource } from './supergraph-source.ts';

/** Fields that need fields of other subgraphs, which need fields of others again. */
export const requiresChains: SupergraphSource = {
  name: 'requires-chains',
  character: '@requires chains over four subgraphs, keys of different names, required fields that are null',
  subgraphs: {
    goods: `
      ${federation}
      type Query { goods(first: Int = 3): [Goods!]! oneGoods(id: ID!): Goods parcel: Parcel }
      type Goods @key(fields: "id") { id: ID! weight: Int size: Float! label: String box: Box }
      type Box @key(fields: "id") { id: ID! volume: Int! holds: [Goods] }
      type Parcel @key(fields: "id") { id: ID! contents: [Goods!] outer: Parcel }
    `,
    shipping: `
      ${federation}
      type Goods @key(fields: "id") {
        id: ID! weight: Int @external size: Float! @external
        freight(zone: String = "A"): Float! @requires(fields: "weight size")
        carrier: String @requires(fields: "weight")
      }
      type Box @key(fields: "id") { id: ID! volume: Int! @external fits: Boolean @requires(fields: "volume") }
    `,
    tax: `
      ${federation}
      type Query { taxed: [Goods] }
      type Goods @key(fields: "id") {
        id: ID! freight(zone: String = "A"): Float! @external carrier: String @external label: String @external
        duty: Int! @requires(fields: "freight carrier")
        class: String @requires(fields: "label")
      }
    `,
    total: `
      ${federation}
      type Query { total: Goods }
      type Goods @key(fields: "id") {
        id: ID! duty: Int! @external weight: Int @external box: Box @external
        sum: Int @requires(fields: "duty weight")
        packed: [String] @requires(fields: "box { volume fits }")
      }
      type Box @key(fields: "id") { id: ID! volume: Int! @external fits: Boolean @external }
    `,
  },
};
