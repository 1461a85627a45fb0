/** Subgraphs that are composed into one supergraph, chosen for one character of federation. */
export interface SupergraphSource {
  readonly name: string;
  /** What makes this supergraph different from the others. */
  readonly character: string;
  /** SDL by the name of the subgraph. */
  readonly subgraphs: Readonly<Record<string, string>>;
  /**
   * The same graph as one subgraph, for the oracle, where Apollo's executor does not run the federated one as the
   * specification says. Its worlds have nulls, but no failures: these come from federation.
   */
  readonly wholeGraph?: {
    readonly sdl: string;
    /** What the fields of the federated graph require, by `Type.field`, as a set of fields. */
    readonly inputs: Readonly<Record<string, string>>;
  };
}

/** Heads every subgraph: all directives of federation that the gateway must know. */
export const federation = `
  extend schema @link(
    url: "https://specs.apollo.dev/federation/v2.9"
    import: [
      "@key" "@requires" "@provides" "@external" "@shareable" "@override" "@inaccessible" "@interfaceObject"
    ]
  )
`;
