import { federation, type SupergraphSource } from './supergraph-source.ts';

/** Leaves and arguments of every kind. */
export const inputs: SupergraphSource = {
  name: 'inputs',
  character:
    'enums (one value known to one subgraph only), custom scalars, input objects, defaults, enum arguments',
  subgraphs: {
    weather: `
      ${federation}
      type Query {
        weather(at: Place!, unit: Unit = CELSIUS): Weather
        forecast(days: [Int!]! = [1, 2], filter: Filter): [Weather!]!
        echo(json: Json, when: [[Date]], sky: Sky! = CLEAR, ratio: Float): Json
        stations(skies: [Sky!], limit: Int): [Station!]
      }
      type Weather { degrees(unit: Unit! = KELVIN, round: Boolean): Float! sky: Sky skies: [[Sky!]] raw: Json at: Date! station: Station }
      type Station @key(fields: "id") { id: ID! data(filter: Filter): Json log: [Json] level: Level }
      enum Unit { CELSIUS KELVIN }
      enum Sky { CLEAR RAIN SNOW }
      enum Level { LOW HIGH STORM }
      input Place { lat: Float! lon: Float! name: String = "here" tags: [String!] inside: Place }
      input Filter { sky: Sky = RAIN levels: [Int] not: Filter between: [Date!] extra: Json }
      scalar Json
      scalar Date
    `,
    stations: `
      ${federation}
      type Query { station(id: ID!, at: Place): Station }
      type Station @key(fields: "id") {
        id: ID! name(language: String = "en"): String! near(radius: Float! = 1.5, unit: Unit): [Station!]
        alarm: Level next: Level! config(input: Config!): Json
      }
      enum Unit { CELSIUS KELVIN }
      enum Level { LOW HIGH FLOOD }
      input Place { lat: Float! lon: Float! name: String = "here" tags: [String!] inside: Place }
      input Config { mode: Mode! = AUTO values: [Float!] nested: [Config!] }
      enum Mode { AUTO MANUAL }
      scalar Json
    `,
  },
};
