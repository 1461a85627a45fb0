import { testLastUnit } from './last-unit.contract.ts';

testLastUnit('embedded engines', async () => ({}));
