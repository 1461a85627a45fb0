import type { Database } from '../engines/database.ts';
import { type Idempotency, plainEffect } from '../idempotency/idempotency.ts';

/** The control: looks at no key, so each call has its effect. */
export function noIdempotency(database: Database): Idempotency {
  return {
    async run(_method, _request, context, { execute, respond }) {
      return respond(await execute(plainEffect(database, context)));
    },
  };
}
