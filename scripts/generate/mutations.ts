import { ContractError, type Contracts } from './contracts.ts';
import { mutationFieldsOf, type SubgraphSource } from './subgraphs.ts';

/** A mutation with the codes that its result union has a member for. */
export interface MutationEntry {
  /** `addReview` */
  readonly field: string;
  /** `AddReview`, the name of the rpc and the stem of the GraphQL types. */
  readonly name: string;
  /** What the rpc declares, then the infrastructure codes. */
  readonly codes: readonly string[];
}

/** Pairs every mutation with the one rpc of its name. Throws ContractError for a mutation without, or with two. */
export function mutationsOf(subgraph: SubgraphSource, contracts: Contracts): MutationEntry[] {
  const infrastructure = contracts.codes.filter((entry) => entry.infrastructure).map((entry) => entry.code);
  const problems: string[] = [];
  const mutations = mutationFieldsOf(subgraph).map((field) => {
    const name = field.charAt(0).toUpperCase() + field.slice(1);
    const rpcs = contracts.rpcs.filter((rpc) => rpc.name === name);
    const place = `Mutation.${field} in schema/${subgraph.name}.graphql`;
    if (rpcs.length === 0)
      problems.push(`${place} has no rpc ${name}. Add the rpc to a service, or rename the field.`);
    if (rpcs.length > 1) {
      const services = rpcs.map((rpc) => rpc.service).join(' and ');
      problems.push(`${place} has more than one rpc ${name}: in ${services}. Rename one of them.`);
    }
    return { field, name, codes: [...(rpcs[0]?.codes ?? []), ...infrastructure] };
  });
  if (problems.length > 0) throw new ContractError(problems);
  return mutations;
}
