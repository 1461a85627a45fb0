import { federation, type SupergraphSource } from './supergraph-source.ts';

/** Mutations of several subgraphs in one operation: `version` shows which ones ran before. */
export const mutations: SupergraphSource = {
  name: 'mutations',
  character: 'serial mutations in three subgraphs, each reading what the earlier ones changed',
  subgraphs: {
    cart: `
      ${federation}
      type Query { cart: Cart version: Int! @shareable }
      type Mutation { addItem(id: ID!, count: Int = 1): Cart! clearCart: Boolean renameCart(name: String): RenameResult }
      type Cart @key(fields: "id") { id: ID! version: Int @shareable items: [Item!] name: String }
      type Item @key(fields: "id") { id: ID! version: Int @shareable count: Int! }
      union RenameResult = Cart | Refused
      type Refused { code: String! cart: Cart }
    `,
    order: `
      ${federation}
      type Query { order: Order }
      type Mutation { placeOrder(input: OrderInput!): Order cancelOrder: Order! }
      type Order @key(fields: "id") { id: ID! version: Int! cart: Cart item: Item state: State }
      type Cart @key(fields: "id") { id: ID! version: Int @shareable orders: [Order] }
      type Item @key(fields: "id") { id: ID! version: Int @shareable }
      input OrderInput { cart: ID! note: String = "none" urgent: Boolean }
      enum State { OPEN PAID }
    `,
    stock: `
      ${federation}
      type Mutation { reserve(ids: [ID!]!): [Item] release(all: Boolean! = true): Int! }
      type Query { stock: [Item!]! }
      type Item @key(fields: "id") { id: ID! stock: Int! reservedBy: Order version: Int @shareable }
      type Order @key(fields: "id") { id: ID! parcels: [Item!] }
    `,
  },
};
