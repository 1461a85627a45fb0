import { describeSchedules } from './schedules.contract.ts';

// Ten thousand take too long here; schedules.real.test.ts has them.
describeSchedules('in the embedded database', { cases: 300 });
