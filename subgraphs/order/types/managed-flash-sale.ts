import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';
import { shownAccessRule } from './access-rule.ts';

export const ManagedFlashSale: StrictResolvers['ManagedFlashSale'] = {
  flashSale: (sale) => present(sale.flashSale, 'ManagedFlashSale.flashSale'),
  rules: (sale) => sale.rules.map(shownAccessRule),
};
