import { emptyCluster } from '../testing/empty-cluster.ts';
import { openDatabase } from './database.ts';
import { openEmbeddedPostgres } from './embedded-postgres.ts';
import { describeStaleKeyNotices } from './stale-key-notices.contract.ts';

const embedded = await openEmbeddedPostgres({ emptyCluster: await emptyCluster() });
describeStaleKeyNotices(
  'the embedded engine',
  (options) => openDatabase({ ...options, embedded }),
  () => embedded.close(),
);
