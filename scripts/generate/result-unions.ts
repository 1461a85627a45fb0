import type { Contracts } from './contracts.ts';
import { sdlHeaderOf } from './header.ts';
import type { MutationEntry } from './mutations.ts';

/** schema/gen/<subgraph>-results.graphql: one union for each mutation. */
export function resultUnions(mutations: readonly MutationEntry[], contracts: Contracts): string {
  const typeNames = new Map(contracts.codes.map((entry) => [entry.code, entry.typeName]));
  const unions = mutations.map(({ field, name, success, codes }) => {
    const members = [success, ...codes.map((code) => typeNames.get(code) ?? code)];
    return `"""
What \`${field}\` answers: its success, or what stood in the way.
"""
union ${name}Result =
${members.map((member) => `  | ${member}`).join('\n')}
`;
  });
  return `${sdlHeaderOf('the mutations of the SDL and the rpcs of their names')}

${unions.join('\n')}`;
}
