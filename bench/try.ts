import { benchCases } from './bench-case.ts';
import { recordAnswers } from './record-answers.ts';
import { compareExecutors } from './compare-executors.ts';
const t0 = performance.now();
const rec = await recordAnswers(benchCases());
console.log(performance.now() - t0);
const cmp = await compareExecutors(rec, { rounds: 7, answersPerRound: 12e6 });
console.log(JSON.stringify(cmp, null, 1));
console.log(performance.now() - t0);
