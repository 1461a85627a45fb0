import { federation, type SupergraphSource } from './supergraph-source.ts';

/** Unions, some of whose members only some subgraphs know. */
export const unions: SupergraphSource = {
  name: 'unions',
  character:
    'unions with members known to some subgraphs only; a field that is never null in one subgraph only, so that fetches rename it',
  subgraphs: {
    search: `
      ${federation}
      type Query { search(text: String!, first: Int): [Result] top: Result! hits: [[Result!]] }
      union Result = Book | Author | Place | Nothing
      type Book @key(fields: "id") { id: ID! title: String! @shareable subject: Subject }
      type Author @key(fields: "id") { id: ID! title: String name: String! wrote: [Result!] }
      type Place { title: String result: Result }
      type Nothing { reason: String! title: String }
      union Subject = Author | Place
    `,
    library: `
      ${federation}
      type Query { shelf: [Held!]! lent(by: ID!): Held }
      union Held = Book | Map
      union Result = Book | Map
      type Book @key(fields: "id") { id: ID! copies: Int! title: String @shareable heldWith: [Held] }
      type Map @key(fields: "id") { id: ID! scale: Float title: String covers: Held }
    `,
    people: `
      ${federation}
      type Query { person: Author creators: [Creator] }
      union Creator = Author | Studio
      type Author @key(fields: "id") { id: ID! born: Int rival: Creator friends: [Creator!]! }
      type Studio { title: String! lead: Author! staff: [Author!] }
      type Map @key(fields: "id") { id: ID! drawnBy: Creator! }
    `,
  },
};
