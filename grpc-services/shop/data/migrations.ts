import { CreateTables } from './migrations/0001-create-tables.ts';
import { Idempotency } from './migrations/0002-idempotency.ts';
import { Events } from './migrations/0003-events.ts';
import { CountReviewsAtCommit } from './migrations/0004-count-reviews-at-commit.ts';
import { Reviewers } from './migrations/0005-reviewers.ts';
import { MarkStaleKeys } from './migrations/0006-mark-stale-keys.ts';

/** In the order in which they run. */
export const migrations = [CreateTables, Idempotency, Events, CountReviewsAtCommit, Reviewers, MarkStaleKeys];
