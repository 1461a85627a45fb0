import { federation, type SupergraphSource } from './supergraph-source.ts';

/** Interfaces whose implementations are entities that grow in several subgraphs. */
export const interfaces: SupergraphSource = {
  name: 'interfaces',
  character: 'interfaces implemented by entities across subgraphs, interfaces that implement interfaces',
  subgraphs: {
    catalog: `
      ${federation}
      type Query {
        node(id: ID): Node
        nodes(first: Int! = 2): [Node!]!
        shops: [Shop]
        items: [Item!]
        favourite: Item
      }
      interface Node { id: ID! }
      interface Item implements Node { id: ID! name: String! shop: Shop related(first: Int): [Item] }
      type Dish implements Node & Item @key(fields: "id") {
        id: ID! name: String! shop: Shop related(first: Int): [Item] spicy: Boolean garnish: Item
      }
      type Drink implements Node & Item @key(fields: "id") {
        id: ID! name: String! shop: Shop related(first: Int): [Item] volume: Int!
      }
      type Shop implements Node @key(fields: "id") { id: ID! title: String items: [Item!]! best: Node }
    `,
    pricing: `
      ${federation}
      type Query { cheapest: Priced priced: [Priced!]! }
      interface Priced { price: Int! discount(percent: Int = 10): Float }
      interface Taxed implements Priced { price: Int! discount(percent: Int = 10): Float tax: Int }
      type Dish implements Priced & Taxed @key(fields: "id") {
        id: ID! price: Int! discount(percent: Int = 10): Float tax: Int bundle: [Priced]
      }
      type Drink implements Priced @key(fields: "id") { id: ID! price: Int! discount(percent: Int = 10): Float }
      type Menu implements Priced { price: Int! discount(percent: Int = 10): Float parts: [Priced!] }
    `,
    reviews: `
      ${federation}
      type Query { reviewed: [Reviewed!] lastReview: Review }
      interface Reviewed { reviews(first: Int): [Review!]! stars: Float }
      type Dish implements Reviewed @key(fields: "id") { id: ID! reviews(first: Int): [Review!]! stars: Float }
      type Shop implements Reviewed @key(fields: "id") { id: ID! reviews(first: Int): [Review!]! stars: Float }
      type Review { text: String! about: Reviewed also: [Reviewed]! }
    `,
  },
};
