import { type ConstDirectiveNode, type DocumentNode, Kind, parse } from 'graphql';
import { joinGraphs } from './join-graphs.ts';
import { subgraphUrl } from './subgraph-url.ts';

const howToCompose = 'compose it with Federation 2, for example with `rover supergraph compose`';

/**
 * Looks for the mistakes that people make with supergraph files; whether the rest makes sense is Apollo's to say.
 * @throws Error whose message completes "FILE …".
 */
export function checkSupergraph(sdl: string): void {
  const document = parsed(sdl);
  checkVersion(document);
  const subgraphs = joinGraphs(document);
  if (subgraphs.length === 0) throw new Error(`names no subgraph in join__Graph: ${howToCompose}.`);
  for (const subgraph of subgraphs) subgraphUrl(subgraph);
}

function parsed(sdl: string): DocumentNode {
  if (sdl.trim() === '') throw new Error(`is empty: ${howToCompose}.`);
  try {
    return parse(sdl, { noLocation: true });
  } catch (error) {
    const { message, locations } = error as { message: string; locations?: readonly { line: number }[] };
    const where = `line ${locations?.[0]?.line ?? 1}`;
    throw new Error(`is no valid SDL (${where}: ${message.replace(/\.$/, '')}): ${howToCompose}.`);
  }
}

/** The join specification tells the version: Federation 1 knew 0.1 only, and named it by `@core`. */
function checkVersion(document: DocumentNode): void {
  const specifications = document.definitions.flatMap((definition) =>
    definition.kind === Kind.SCHEMA_DEFINITION || definition.kind === Kind.SCHEMA_EXTENSION
      ? (definition.directives ?? []).map(specificationOf)
      : [],
  );
  const version = specifications
    .map((url) => /^https:\/\/specs\.apollo\.dev\/join\/v(\d+\.\d+)$/.exec(url)?.[1])
    .find((found) => found !== undefined);
  if (version === '0.1') throw new Error(`is a supergraph of Federation 1: ${howToCompose}.`);
  if (version !== undefined) return;
  const isSubgraph = specifications.some((url) => url.startsWith('https://specs.apollo.dev/federation/'));
  throw new Error(`is ${isSubgraph ? 'the schema of one subgraph' : 'no supergraph'}: ${howToCompose}.`);
}

/** `@link(url:)` of Federation 2, `@core(feature:)` of Federation 1. */
function specificationOf(directive: ConstDirectiveNode): string {
  const argument = directive.arguments?.find(({ name }) => name.value === 'url' || name.value === 'feature');
  return argument?.value.kind === Kind.STRING ? argument.value.value : '';
}
