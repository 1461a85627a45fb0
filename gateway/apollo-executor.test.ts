import { executorContract } from './executor.contract.ts';

executorContract('apollo');
