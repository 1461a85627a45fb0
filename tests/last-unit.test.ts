import { testLastUnit } from './last-unit.contract.ts';

// One session answers all of them; last-unit.real.test.ts has the thousand.
testLastUnit('embedded engines', 250, async () => ({}));
