import { type Finding, MAX_FINDINGS } from './finding.ts';

/** What a whole sweep finds, the first `MAX_FINDINGS` of it: for commands and tests, which can wait for its end. */
export async function allFindings(sweep: AsyncIterable<readonly Finding[]>): Promise<Finding[]> {
  const findings: Finding[] = [];
  for await (const page of sweep) {
    findings.push(...page);
    if (findings.length >= MAX_FINDINGS) break;
  }
  return findings.slice(0, MAX_FINDINGS);
}
