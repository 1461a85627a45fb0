import { federation, type SupergraphSource } from './supergraph-source.ts';

/** Required inputs of every shape. */
export const requiresInputs: SupergraphSource = {
  name: 'requires-inputs',
  character:
    '@requires with nested objects, lists, lists of lists of numbers, fragments on abstract types, and arguments',
  subgraphs: {
    facts: `
      ${federation}
      type Query { places: [Place!]! place(id: ID!): Place }
      type Place @key(fields: "id") {
        id: ID!
        address: Address
        route: [Point!]
        shape: Shape
        shapes: [Shape!]!
        owner: Owner
        tags(prefix: String = "t", first: Int): [String]
        matrix: [[Int!]]
        settings: Json
        kind: Kind
      }
      type Address @shareable { street: String! city: City }
      type City @shareable { name: String! zip: Int }
      type Point @shareable { x: Int! y: Int label: String }
      interface Shape { area: Float }
      type Circle implements Shape @shareable { area: Float radius: Int! centre: Point }
      type Square implements Shape @shareable { area: Float side: Int corners: [Point!]! }
      union Owner = Person | Company
      type Person @shareable { name: String! }
      type Company @shareable { title: String! seat: Address }
      scalar Json
      enum Kind { PARK STREET SQUARE }
    `,
    maps: `
      ${federation}
      type Query { mapped: Place }
      type Place @key(fields: "id") {
        id: ID!
        address: Address @external
        route: [Point!] @external
        shape: Shape @external
        shapes: [Shape!]! @external
        owner: Owner @external
        tags(prefix: String = "t", first: Int): [String] @external
        matrix: [[Int!]] @external
        settings: Json @external
        kind: Kind @external
        mailbox(floor: Int): String @requires(fields: "address { street city { zip name } }")
        distance: Float! @requires(fields: "route { x y }")
        outline: String @requires(fields: "shape { area ... on Circle { radius centre { x } } ... on Square { corners { y } } }")
        outlines: [String!]! @requires(fields: "shapes { __typename ... on Circle { area } ... on Square { side } }")
        contact: String @requires(fields: "owner { ... on Person { name } ... on Company { title seat { street } } }")
        labels: [String] @requires(fields: "tags(prefix: \\"m\\", first: 2)")
        determinant: Int @requires(fields: "matrix")
        theme: Json @requires(fields: "settings kind")
        near: [Place]
      }
      type Address @shareable { street: String! city: City }
      type City @shareable { name: String! zip: Int }
      type Point @shareable { x: Int! y: Int label: String }
      interface Shape { area: Float }
      type Circle implements Shape @shareable { area: Float radius: Int! centre: Point }
      type Square implements Shape @shareable { area: Float side: Int corners: [Point!]! }
      union Owner = Person | Company
      type Person @shareable { name: String! }
      type Company @shareable { title: String! seat: Address }
      scalar Json
      enum Kind { PARK STREET SQUARE }
    `,
  },
};
