import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const OrderStep: StrictResolvers['OrderStep'] = {
  at: (step) => present(step.at, 'OrderStep.at'),
};
