import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createMetrics, type Metrics } from '@tiffin/lib/telemetry/metrics';
import { silentLogger } from '@tiffin/lib/testing/silent-logger';
import { type ActivityTestBed, createActivityTestBed } from '../activity-test-bed.ts';
import { SaleBoard, type SaleBoardOptions } from './sale-board.ts';

let bed: ActivityTestBed;
let board: SaleBoard;
let metrics: Metrics;
before(async () => {
  bed = await createActivityTestBed();
});
after(() => bed.stop());
beforeEach(async () => {
  board = boardOf({ logger: silentLogger });
  await board.refresh();
  bed.statements.length = 0;
});
const boardOf = (options: Pick<SaleBoardOptions, 'logger' | 'maxOpenSales'>) => {
  metrics = createMetrics();
  return new SaleBoard({ ...options, metrics, clock: bed.clock, database: bed.deps.database });
};
const inMs = (ms: number) => new Date(bed.clock.now() + ms);

describe('the board of flash sales', () => {
  it('knows those that run and are to come without reading', async () => {
    const running = await bed.addFlashSale();
    const upcoming = await bed.addFlashSale({ startsAt: inMs(30_000) });
    await board.refresh();
    bed.statements.length = 0;
    const [found, other] = [board.find(running), board.find(upcoming)];
    assert.ok(found && !(found instanceof Promise) && found.left === 10);
    assert.ok(other && !(other instanceof Promise));
    const ids = (aheadMs?: number) => board.running(aheadMs).map(({ id }) => id);
    assert.ok(ids().includes(running) && !ids().includes(upcoming));
    assert.ok(ids(30_000).includes(upcoming));
    assert.deepEqual(bed.statements, []);
  });

  it('looks others up, many at once in one statement, and remembers for a second that there is none', async () => {
    const over = await bed.addFlashSale({ startsAt: inMs(-10), endsAt: inMs(0) });
    await board.refresh();
    bed.statements.length = 0;
    const found = await Promise.all([over, '999', '998', over].map((id) => board.find(id)));
    assert.deepEqual(
      found.map((sale) => sale?.id),
      [over, undefined, undefined, over],
    );
    assert.equal(bed.statements.length, 2, 'the first alone, then the rest');
    await bed.clock.advance(999);
    assert.equal(board.find('999'), undefined);
    assert.equal(bed.statements.length, 2);
    await bed.clock.advance(1);
    assert.ok(board.find('999') instanceof Promise);
    assert.equal(board.find('no id'), undefined);
  });

  it('learns of a new end with the next refresh, and forgets what is over', async () => {
    const id = await bed.addFlashSale();
    await board.refresh();
    await bed.deps.database.query('update activity.flash_sale set ended_at = now() where id = ?', [id]);
    await board.refresh();
    assert.deepEqual(
      board.running().filter((sale) => sale.id === id),
      [],
    );
    assert.ok((await board.find(id))?.endedAt);
  });

  it('says once, loudly, that there are more than it holds; those that begin last are looked up', async (t) => {
    const error = t.mock.method(silentLogger, 'error');
    const overflows = async () =>
      /^tiffin_flash_sale_board_overflows (\d)/m.exec(await metrics.text())?.[1] ?? assert.fail('no metric');
    const count = board.running(1e12).length;
    const small = boardOf({ logger: silentLogger, maxOpenSales: count });
    await small.refresh();
    assert.deepEqual([error.mock.callCount(), await overflows()], [0, '0']);
    const late = await bed.addFlashSale({ startsAt: inMs(86_400_000) });
    for (let times = 0; times < 2; times++) await small.refresh();
    assert.deepEqual([error.mock.callCount(), await overflows()], [1, '1']);
    const [details] = error.mock.calls[0]?.arguments ?? [];
    assert.deepEqual(details, { maxOpenSales: count, firstOff: late, startsAt: inMs(86_400_000) });
    assert.equal(small.running(1e12).length, count);
    assert.equal((await small.find(late))?.id, late);
    await bed.deps.database.query('update activity.flash_sale set ended_at = now() where id = ?', [late]);
    await small.refresh();
    assert.deepEqual([error.mock.callCount(), await overflows()], [1, '0']);
  });

  it('bounds what it remembers of ids that are none', async () => {
    const first = await board.find('5000');
    for (let id = 5_001; id <= 6_000; id++) await board.find(String(id));
    bed.statements.length = 0;
    board.find('6000');
    assert.equal(bed.statements.length, 0);
    await board.find('5000');
    assert.equal(bed.statements.length, 1);
    assert.equal(first, undefined);
  });
});
