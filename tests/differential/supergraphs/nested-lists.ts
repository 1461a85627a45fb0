import { federation, type SupergraphSource } from './supergraph-source.ts';

/** Lists in lists of every nullability, and chains of non-null fields along which a null travels far. */
export const nestedLists: SupergraphSource = {
  name: 'nested-lists',
  character: 'nested lists of entities, values and scalars in every nullability; long non-null chains',
  subgraphs: {
    board: `
      ${federation}
      type Query { board: Board cells: [[Cell]] strict: [[Cell!]!]! cube: [[[Cell!]]!] start: Step! maybe: Step }
      type Board @key(fields: "id") { id: ID! rows: [[Cell]!] columns: [[Cell!]]! first: Cell! }
      type Cell @key(fields: "id") { id: ID! sure: Cell! near: [[Cell!]!] points: [Point!]! }
      type Point { x: Int! y: Int weights: [[Float!]]! at: Cell }
      type Step @key(fields: "id") { id: ID! next: Step! maybe: Step must: [Step!]! }
    `,
    values: `
      ${federation}
      type Cell @key(fields: "id") { id: ID! value: Int! text: String scores: [[Int!]!] grid: [[Int]!]! inner: [[Inner!]]! }
      type Inner { deep: [[Cell]] count: Int! flag: Boolean }
      type Step @key(fields: "id") { id: ID! load: Int! cells: [[Cell!]!]! }
    `,
    marks: `
      ${federation}
      type Query { marks: [[Mark!]!] }
      type Mark { on: Cell! color: String! others: [[[Mark]]] }
      type Cell @key(fields: "id") { id: ID! mark: Mark! marks: [Mark!] }
      type Board @key(fields: "id") { id: ID! name: String! marks: [[Mark]!]! }
      type Step @key(fields: "id") { id: ID! mark: Mark! }
    `,
  },
};
