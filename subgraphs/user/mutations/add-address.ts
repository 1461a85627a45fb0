import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const addAddress: StrictResolvers['Mutation']['addAddress'] = async (
  _root,
  { input },
  { clients, call },
) => {
  const { address } = await clients.account.addAddress(input, call);
  return { address: present(address, 'AddAddressResponse.address') };
};
