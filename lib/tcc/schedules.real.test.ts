import { createRealPostgres } from '../testing/real-postgres.ts';
import { describeSchedules } from './schedules.contract.ts';

describeSchedules('on PostgreSQL', { cases: 10_000, openUrl: createRealPostgres });
