import { describeCoherentReads } from './coherent-reads.contract.ts';

describeCoherentReads('on the engines in this process');
