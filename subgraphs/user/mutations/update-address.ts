import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const updateAddress: StrictResolvers['Mutation']['updateAddress'] = async (
  _root,
  { input },
  { clients, call },
) => {
  const { address } = await clients.account.updateAddress(input, call);
  return { address: present(address, 'UpdateAddressResponse.address') };
};
