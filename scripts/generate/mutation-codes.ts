import { headerOf } from './header.ts';
import type { MutationEntry } from './mutations.ts';

/** subgraphs/<name>/mutation-codes.gen.ts: the codes that each mutation turns into a member of its union. */
export function mutationCodes(mutations: readonly MutationEntry[]): string {
  const rows = mutations.map(
    ({ field, codes }) => `  ${field}: [\n${codes.map((code) => `    '${code}',\n`).join('')}  ],`,
  );
  return `${headerOf('the mutations of the SDL and the rpcs of their names')}

/** Mutation field → the codes that are members of its result union. Any other code goes to \`errors[]\`, masked. */
export const mutationCodes = {
${rows.join('\n')}
} as const;

export type MutationName = keyof typeof mutationCodes;
`;
}
