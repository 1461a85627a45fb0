/** A row of the report. */
export interface Contender {
  readonly id: ContenderId;
  readonly title: string;
  /** Where its gateway's requests go on to: subgraphs of its own kind, or none. */
  readonly subgraphs: 'tiffin' | 'apollo' | 'none';
  readonly file: URL;
  readonly args: readonly string[];
}

export type ContenderId =
  | 'tiffin'
  | 'tiffin-remote'
  | 'apollo'
  | 'mercurius'
  | 'hive'
  | 'hive-rust'
  | 'hive-dedupe'
  | 'bff'
  | 'static';

const peer = (file: string) => new URL(`../peers/${file}.mjs`, import.meta.url);
const program = (file: string) => new URL(`./programs/${file}.ts`, import.meta.url);

const subgraphComponents = ['shop-subgraph', 'order-subgraph', 'user-subgraph'] as const;

/** Everybody who takes part, in the order of the report. */
export const contenders: readonly Contender[] = [
  {
    id: 'tiffin',
    title: 'Tiffin, subgraphs in process',
    subgraphs: 'none',
    file: program('tiffin'),
    args: ['gateway', ...subgraphComponents],
  },
  {
    id: 'tiffin-remote',
    title: 'Tiffin, subgraphs remote',
    subgraphs: 'tiffin',
    file: program('tiffin'),
    args: ['gateway'],
  },
  {
    id: 'apollo',
    title: 'Apollo Server + @apollo/gateway',
    subgraphs: 'apollo',
    file: peer('apollo-gateway'),
    args: [],
  },
  { id: 'mercurius', title: 'Mercurius', subgraphs: 'apollo', file: peer('mercurius-gateway'), args: [] },
  { id: 'hive', title: 'Hive Gateway', subgraphs: 'apollo', file: peer('hive-gateway'), args: [] },
  {
    id: 'hive-rust',
    title: 'Hive Gateway, Rust planner',
    subgraphs: 'apollo',
    file: peer('hive-gateway'),
    args: ['rust'],
  },
  {
    id: 'hive-dedupe',
    title: 'Hive Gateway, coalescing',
    subgraphs: 'apollo',
    file: peer('hive-gateway'),
    args: ['dedupe'],
  },
  { id: 'bff', title: 'BFF by hand', subgraphs: 'none', file: program('bff'), args: [] },
  { id: 'static', title: 'static bytes', subgraphs: 'none', file: program('static-server'), args: [] },
];

/** Gateways of others, which the bars are about. Coalescing answers other requests than it is asked, so it is apart. */
export const peerIds: readonly ContenderId[] = ['apollo', 'mercurius', 'hive', 'hive-rust'];

/** What all of them stand on. */
export const subgraphPrograms = {
  tiffin: (component: string) => ({ file: program('tiffin'), args: [component] }),
  apollo: (component: string) => ({
    file: peer('apollo-subgraph'),
    args: [component.replace('-subgraph', '')],
  }),
};

export const componentsOfSubgraphs: readonly string[] = subgraphComponents;
export const servicesProgram = program('services');
