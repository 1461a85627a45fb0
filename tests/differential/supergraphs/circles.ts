import { federation, type SupergraphSource } from './supergraph-source.ts';

/** Entities that refer to each other in circles, and names that mean different things in different places. */
export const circles: SupergraphSource = {
  name: 'circles',
  character:
    'circular entities, root fields shared by subgraphs, equal names with different types and arguments',
  subgraphs: {
    users: `
      ${federation}
      type Query { me: User users(first: Int = 2): [User] @shareable any: Any }
      type User @key(fields: "id") { id: ID! name(short: Boolean): String friends(first: Int): [User!] best: User value: Int home: Home }
      union Any = User | Group | Post
      type Group @key(fields: "id") { id: ID! value: String admin: User! }
      type Post @key(fields: "id") { id: ID! }
      type Home { value: Boolean city(code: Int): String user: User }
    `,
    posts: `
      ${federation}
      type Query { users(first: Int = 2): [User] @shareable posts: [Post!]! latest: Post }
      type User @key(fields: "id") { id: ID! posts(first: Int, tag: String): [Post] latest: Post title(case: String): String }
      type Post @key(fields: "id") { id: ID! author: User! value: [Int] replies: [Post!] title: Int group: Group }
      type Group @key(fields: "id") { id: ID! posts: [Post!] title: [String] }
    `,
    groups: `
      ${federation}
      type Query { users(first: Int = 2): [User] @shareable groups: [Group!] }
      type User @key(fields: "id") { id: ID! groups: [Group!]! rank(in: ID): Float }
      type Group @key(fields: "id") { id: ID! members(first: Int): [User!]! parent: Group sub: [Group] size: Int! }
      type Post @key(fields: "id") { id: ID! likedBy: [User] rank: Int }
    `,
  },
};
