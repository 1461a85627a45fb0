import { type DocumentNode, Kind } from 'graphql';

/** A subgraph as a supergraph lists it. */
export interface JoinGraph {
  readonly name: string;
  /** Where it listens; composition may leave it out. */
  readonly url: string | undefined;
}

/** The subgraphs of a supergraph, as its `enum join__Graph` lists them by the join specification. */
export function joinGraphs({ definitions }: DocumentNode): JoinGraph[] {
  const graphs = definitions.find(
    (node) => node.kind === Kind.ENUM_TYPE_DEFINITION && node.name.value === 'join__Graph',
  );
  const values = graphs?.kind === Kind.ENUM_TYPE_DEFINITION ? (graphs.values ?? []) : [];
  return values.map((value) => {
    const directive = value.directives?.find(({ name }) => name.value === 'join__graph');
    const argument = (wanted: string) => {
      const given = directive?.arguments?.find(({ name }) => name.value === wanted)?.value;
      return given?.kind === Kind.STRING ? given.value : undefined;
    };
    return { name: argument('name') ?? value.name.value, url: argument('url') || undefined };
  });
}
