import { federation, type SupergraphSource } from './supergraph-source.ts';

/** Value types that several subgraphs answer in parts, and fields that one subgraph provides for another. */
export const sharedValues: SupergraphSource = {
  name: 'shared-values',
  character:
    '@shareable values nested and in lists, answered in parts; @provides, also below interfaces; @external',
  subgraphs: {
    orders: `
      ${federation}
      type Query { orders: [Order!] order(id: ID!): Order money: Money @shareable }
      type Order @key(fields: "id") {
        id: ID! total: Total @shareable lines: [Line!] @shareable
        payer: User @provides(fields: "name")
        items: [Item!] @provides(fields: "... on Dish { title } ... on Drink { size }")
      }
      type Money @shareable { amount: Int! unit: String }
      type Total { gross: Money @shareable parts: [Money!] @shareable currency: Currency @shareable net: Int! }
      type Currency { code: String! @shareable symbol: String }
      type Line { count: Int @shareable price: Total @shareable note: String }
      type User @key(fields: "id") { id: ID! name: String @external }
      interface Item { id: ID! title: String }
      type Dish implements Item @key(fields: "id") { id: ID! title: String @external }
      type Drink implements Item @key(fields: "id") { id: ID! title: String @external size: Int @external }
    `,
    billing: `
      ${federation}
      type Query { money: Money @shareable debtors: [User!]! }
      type Order @key(fields: "id") { id: ID! total: Total @shareable lines: [Line!] @shareable paid: Boolean! }
      type Money @shareable { amount: Int! unit: String }
      type Total { gross: Money @shareable parts: [Money!] @shareable currency: Currency @shareable tax: Int }
      type Currency { code: String! @shareable digits: Int }
      type Line { count: Int @shareable price: Total @shareable tax: Float discount: Money }
      type User @key(fields: "id") { id: ID! name: String @shareable owes: Money orders: [Order] }
    `,
    items: `
      ${federation}
      type Query { items: [Item] }
      interface Item { id: ID! title: String }
      type Dish implements Item @key(fields: "id") { id: ID! title: String @shareable cook: User vegan: Boolean }
      type Drink implements Item @key(fields: "id") { id: ID! title: String @shareable size: Int @shareable cost: Money }
      type User @key(fields: "id") { id: ID! name: String @shareable nick: String }
      type Money @shareable { amount: Int! unit: String }
    `,
  },
};
