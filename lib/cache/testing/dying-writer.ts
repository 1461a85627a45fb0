// Writes the time into some jars, each in a transaction of its own, and is killed when all of them have committed and
// before any of their keys is deleted. Arguments: database URL, first id, how many.
import { openDatabase } from '../../engines/database.ts';
import { pantrySchema } from './pantry-bed.ts';

const [url = '', first, count] = process.argv.slice(2);
let committed = 0;
const database = await openDatabase({
  ...pantrySchema,
  url,
  poolSize: Number(count),
  statementTimeoutMs: 10_000,
  connectTimeoutMs: 10_000,
  async onStaleKeys() {
    committed++;
    if (committed === Number(count)) process.kill(process.pid, 'SIGKILL');
    // Nobody deletes anything before.
    await new Promise(() => {});
  },
});
await Promise.all(
  Array.from({ length: Number(count) }, (_, index) =>
    database.transaction((em) =>
      em.execute('update pantry.jar set jam = ? where id = ?', [String(Date.now()), Number(first) + index]),
    ),
  ),
);
