import { createRealPostgres } from '../testing/real-postgres.ts';
import { describeInbox } from './inbox.contract.ts';

describeInbox('PostgreSQL', createRealPostgres);
