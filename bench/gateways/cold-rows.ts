import type { Row } from './contest.ts';

/** A sentence on the rows that got fewer requests than the others before they were measured; undefined without such. */
export function coldRows(rows: readonly Row[]): string | undefined {
  const cold = rows.filter(
    ({ rounds, warmUp }) => rounds.length > 0 && warmUp.requests < warmUp.requestsWanted,
  );
  const shown = cold.map(
    ({ title, warmUp }) => `${title} (${warmUp.requests} of ${warmUp.requestsWanted} requests)`,
  );
  return shown.length > 0
    ? `Measured before they were as warm as the others, as the time for it was over: ${shown.join(', ')}.`
    : undefined;
}
