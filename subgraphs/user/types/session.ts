import { asCallersOwn } from '@tiffin/lib/subgraph/access-rules';
import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const Session: StrictResolvers['Session'] = {
  user: (session) => asCallersOwn(present(session.user, 'Session.user')),
  accessTokenExpiresAt: (session) => present(session.accessTokenExpiresAt, 'Session.accessTokenExpiresAt'),
};
