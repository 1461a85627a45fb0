import { describeInbox } from './inbox.contract.ts';

describeInbox('the embedded database');
