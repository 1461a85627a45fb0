import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { benchCases, readmeQuery } from './bench-case.ts';
import { compareExecutors } from './compare-executors.ts';
import { measureParts } from './measure-parts.ts';
import { printReport, type Report, verdictOf } from './print-report.ts';
import { recordAnswers } from './record-answers.ts';

// npm run bench:executor [-- --rounds 7 --kilobytes 6000 --json FILE]: what the compiled executor costs, and what
// Apollo's costs on the same answers of the same subgraphs. Ends with 1 where the bar is missed.
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    /** Of answers that a round feeds to an executor. */
    kilobytes: { type: 'string', default: '6000' },
    json: { type: 'string' },
  },
});

function atLeast(least: number, option: 'rounds' | 'kilobytes'): number {
  const value = Number(values[option]);
  if (Number.isInteger(value) && value >= least) return value;
  throw new Error(`--${option} must be a whole number, ${least} or more; it is ${values[option]}.`);
}

const rounds = atLeast(1, 'rounds');
const answersPerRound = atLeast(1, 'kilobytes') * 1000;

const recorded = await recordAnswers(benchCases());
const readmeCase = recorded.find(({ name }) => name === readmeQuery);
if (!readmeCase) throw new Error(`${readmeQuery} is not among the operations.`);

const report: Report = {
  node: process.versions.node,
  rounds,
  comparisons: await compareExecutors(recorded, { rounds, answersPerRound }),
  parts: await measureParts(readmeCase, { rounds, answersPerRound }),
};
process.stdout.write(printReport(report));
const verdict = verdictOf(report);
if (values.json) await writeFile(values.json, `${JSON.stringify({ ...report, verdict }, null, 2)}\n`);
process.exitCode = verdict.holds ? 0 : 1;
