import { federation, type SupergraphSource } from './supergraph-source.ts';

/** Interface objects: fields added to all implementations at once by subgraphs that do not know them. */
export const interfaceObjects: SupergraphSource = {
  name: 'interface-objects',
  character: 'interface objects asked through the interface, through implementations, and for __typename',
  subgraphs: {
    media: `
      ${federation}
      type Query { media(id: ID!): Media allMedia: [Media!]! books: [Book!] film: Film shelf: [[Media]] }
      interface Media @key(fields: "id") { id: ID! title: String }
      type Book implements Media @key(fields: "id") { id: ID! title: String pages: Int! sequel: Media }
      type Film implements Media @key(fields: "id") { id: ID! title: String minutes: Int basedOn: Book cuts: [Film!]! }
      type Song implements Media @key(fields: "id") { id: ID! title: String bpm: Float }
    `,
    ratings: `
      ${federation}
      type Query { topRated: [Media!]! worst: Media ratingOf(id: ID!): Rating }
      type Media @interfaceObject @key(fields: "id") { id: ID! rating: Rating similar: [Media!] stars(scale: Int! = 5): Int! age: Int! mass: Float }
      type Rating { average: Float of: Media! others: [Media] }
    `,
    lending: `
      ${federation}
      type Query { borrowed: [Media] lastBorrower: Reader }
      type Media @interfaceObject @key(fields: "id") { id: ID! borrower: Reader queue: [Reader!]! mass: Float @external age: Int! @external weight: Int @requires(fields: "age mass") }
      type Reader @key(fields: "id") { id: ID! name: String reads: Media favourites: [Media!] }
    `,
  },
};
