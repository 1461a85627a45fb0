import { federation, type SupergraphSource } from './supergraph-source.ts';

/** Fields that moved between subgraphs, and things that clients must not see. */
export const overrides: SupergraphSource = {
  name: 'overrides',
  character: '@override of fields and root fields; @inaccessible fields, types, values, arguments and inputs',
  subgraphs: {
    old: `
      ${federation}
      type Query { users(role: Role, secret: Int @inaccessible): [User!] user(id: ID!): User hidden: Secret @inaccessible thing: Thing }
      type User @key(fields: "id") @key(fields: "login") {
        id: ID! login: String! @inaccessible email: String role: Role! roles: [Role] address: String @shareable
        boss: User team(filter: Filter): [User]
      }
      type Secret @inaccessible { code: String key: Int }
      union Thing = User | Secret | Room
      type Room { number: Int! guests: [User!]! state: State }
      enum Role { CUSTOMER MERCHANT ROOT @inaccessible }
      enum State { FREE TAKEN CLOSED @inaccessible }
      input Filter { role: Role name: String = "x" hidden: Boolean @inaccessible limit: Int! = 3 }
    `,
    fresh: `
      ${federation}
      type Query { user(id: ID!): User @override(from: "old") me: User }
      type User @key(fields: "login") @key(fields: "id") {
        id: ID! login: String! email: String @override(from: "old") boss: User @override(from: "old")
        age: Int internal: Int @inaccessible address: String @shareable
        score: Int @requires(fields: "role")  role: Role! @external
      }
      enum Role { CUSTOMER MERCHANT ROOT @inaccessible }
    `,
    audit: `
      ${federation}
      type Query { audited: [Audited!]! }
      interface Audited { changes: Int! by: User }
      type Login implements Audited { changes: Int! by: User at: String }
      type Purge implements Audited @inaccessible { changes: Int! by: User what: String }
      type User @key(fields: "login") { login: String! audits: [Audited] internal: Int @external trust: Float @requires(fields: "internal") }
    `,
  },
};
