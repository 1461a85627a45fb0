import { ContractError, type Contracts } from './contracts.ts';
import { inputsWithKeyOf, mutationFieldsOf, type SubgraphSource } from './subgraphs.ts';

/** A mutation with the codes that its result union has a member for. */
export interface MutationEntry {
  /** `addReview` */
  readonly field: string;
  /** `AddReview`, the name of the rpc and the stem of the GraphQL types. */
  readonly name: string;
  /** The type of its success. */
  readonly success: string;
  /** What the rpc declares, with the keyed codes where it takes a key; then the infrastructure codes. */
  readonly codes: readonly string[];
}

/**
 * Pairs every mutation with the one rpc of its name. Throws ContractError for a mutation without, or with two, and where
 * one of the two sides knows no idempotency key: the client's would have no effect.
 */
export function mutationsOf(subgraph: SubgraphSource, contracts: Contracts): MutationEntry[] {
  const infrastructure = contracts.codes.filter((entry) => entry.infrastructure).map((entry) => entry.code);
  const inputsWithKey = inputsWithKeyOf(subgraph);
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
    if (rpcs.length === 1 && rpcs[0]?.takesKey !== inputsWithKey.has(`${name}Input`)) {
      problems.push(
        rpcs[0]?.takesKey
          ? `${place} has no idempotencyKey in its input, but the rpc ${name} takes one. Add it to ${name}Input.`
          : `${place} has an idempotencyKey in its input that the rpc ${name} does not take. Add idempotency_key to its request.`,
      );
    }
    return {
      field,
      name,
      success: rpcs[0]?.successType ?? `${name}Success`,
      codes: [...(rpcs[0]?.codes ?? []), ...infrastructure],
    };
  });
  if (problems.length > 0) throw new ContractError(problems);
  return mutations;
}
