import { createRealPostgres } from '../testing/real-postgres.ts';
import { openDatabase } from './database.ts';
import { describeStaleKeyNotices } from './stale-key-notices.contract.ts';

const server = await createRealPostgres();
/** Whose database keeps its notices to itself, as some are set up. */
const silence = await openDatabase({ schema: 'silence', entities: [], migrations: [], url: server.url });
await silence.query(
  `alter database "${new URL(server.url).pathname.slice(1)}" set client_min_messages = error`,
);
await silence.close();

describeStaleKeyNotices(
  'PostgreSQL',
  // Fewer connections than writers: each has another's session after it.
  (options) => openDatabase({ ...options, url: server.url, poolSize: 4, statementTimeoutMs: 5_000 }),
  () => server.drop(),
);
