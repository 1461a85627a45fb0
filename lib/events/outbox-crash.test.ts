import { describeOutboxCrashes } from './outbox-crash.contract.ts';

// Ten thousand take too long here; outbox-crash.real.test.ts has them.
describeOutboxCrashes('the embedded database', { events: 2_000, kills: 50 });
