import { prettyFormatQueryPlan } from '@apollo/query-planner';
import type { Case } from './case.ts';
import { compareOutcomes, plain } from './compare-outcomes.ts';
import type { ExecutorPair } from './executor-pair.ts';
import { checkRequest } from './random-operation.ts';

/** Everything one needs to see why a case fails, and how to run it again. */
export async function describeFailure(pair: ExecutorPair, original: Case, smallest: Case): Promise<string> {
  const request = checkRequest(pair.schema, smallest.request);
  if (!request) throw new Error('The smallest case is not valid.');
  const observed = await pair.run(request, smallest.world);
  const plan = pair.lastPlan();
  const { differences } = compareOutcomes(pair, request, observed);
  const sent = observed.candidate.world.sent.map(
    ({ subgraph, query, representations }) =>
      `  ${subgraph}: ${query}${representations ? `\n    ${JSON.stringify(representations)}` : ''}`,
  );
  return [
    `The supergraph ${original.supergraph} fails with the seed ${original.seed}. Run it again:`,
    `  DIFFERENTIAL_CASE=${original.supergraph}:${original.seed} npm test -- tests/differential/executor`,
    'The smallest request that still fails:',
    smallest.request.text,
    `Variables: ${JSON.stringify(smallest.request.variables)}`,
    `World: ${JSON.stringify(smallest.world)}`,
    `Oracle: ${JSON.stringify(plain(observed.oracle.outcome))}`,
    `Ours:   ${JSON.stringify(plain(observed.candidate.outcome))}`,
    'Sent by ours:',
    ...sent,
    `Plan: ${plan ? prettyFormatQueryPlan(plan) : 'none'}`,
    'Differences:',
    ...differences.map((difference) => `  ${difference}`),
  ].join('\n');
}
