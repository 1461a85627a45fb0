import type { StrictResolvers } from '../resolvers.gen.ts';

export const Rating: StrictResolvers['Rating'] = {
  average: ({ averageHundredths, reviewCount }) => (reviewCount === 0 ? null : averageHundredths / 100),
};
