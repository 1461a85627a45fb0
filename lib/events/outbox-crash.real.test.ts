import { createRealPostgres } from '../testing/real-postgres.ts';
import { describeOutboxCrashes } from './outbox-crash.contract.ts';

describeOutboxCrashes('PostgreSQL', { events: 10_000, kills: 50, openUrl: createRealPostgres });
