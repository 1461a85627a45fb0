import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const Address: StrictResolvers['Address'] = {
  label: ({ lines }) => present(lines, 'Address.lines').label,
  street: ({ lines }) => present(lines, 'Address.lines').street,
  city: ({ lines }) => present(lines, 'Address.lines').city,
  postalCode: ({ lines }) => present(lines, 'Address.lines').postalCode,
  area: ({ lines }) => present(lines, 'Address.lines').area,
};
