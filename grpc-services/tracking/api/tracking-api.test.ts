import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { anonymous, type Identity } from '@tiffin/lib/identity/identity';
import { callBy, ownProcess, userWith } from '@tiffin/lib/testing/call-by';
import { failsWith, violates } from '@tiffin/lib/testing/expect-error';
import { BehaviorKind } from '@tiffin/proto/gen/tiffin/tracking/v1/tracking';
import {
  administrator,
  createTrackingTestBed,
  customer,
  look,
  type TrackingTestBed,
} from '../tracking-test-bed.ts';

const { SHOP_VIEWED, GOODS_VIEWED, UNSPECIFIED } = BehaviorKind;

let bed: TrackingTestBed;
before(async () => {
  bed = await createTrackingTestBed();
});
after(() => bed.stop());
beforeEach(() => bed.clear());

describe('Track', () => {
  const view = (targetId: string, kind: BehaviorKind = SHOP_VIEWED) => ({ kind, targetId });
  const trackBy = (identity: Identity, ...events: ReturnType<typeof view>[]) =>
    bed.api.track({ events }, callBy(identity));

  it('takes what the caller did, by whoever calls, and waits for nobody', async () => {
    bed.bus.answer = () => new Promise(() => {});
    const answer = await trackBy(customer, view('5'), view('6', GOODS_VIEWED));
    assert.deepEqual(answer, { accepted: 2 });
    bed.bus.answer = async (events) => events.map(() => ({ kind: 'sent' }));
    await trackBy(anonymous, view('7'));
    await trackBy(ownProcess, view('8'));
    await bed.clock.advance(50);
    const at = new Date(bed.clock.now() - 50);
    assert.deepEqual(bed.sent, [
      { userId: '17', kind: SHOP_VIEWED, targetId: '5', at },
      { userId: '17', kind: GOODS_VIEWED, targetId: '6', at },
      { userId: '', kind: SHOP_VIEWED, targetId: '7', at },
      { userId: '', kind: SHOP_VIEWED, targetId: '8', at },
    ]);
    assert.deepEqual(bed.statements, []);
  });

  it('refuses what says nothing, and takes none of it', async () => {
    const dropped = await bed.metric('tiffin_lossy_events_total');
    await assert.rejects(trackBy(customer), violates('events'));
    const tooMany = Array.from({ length: 21 }, () => view('1'));
    await assert.rejects(trackBy(customer, ...tooMany), violates('events'));
    await assert.rejects(
      trackBy(customer, view('1'), view('x'), view('2', UNSPECIFIED)),
      violates('events[1].targetId', 'events[2].kind'),
    );
    for (const noId of ['', '0', '01', '-1', '1.5', String(2n ** 63n), '9'.repeat(400)])
      await assert.rejects(trackBy(customer, view(noId)), violates('events[0].targetId'), noId);
    await bed.clock.advance(1_000);
    assert.deepEqual(bed.sent, []);
    assert.equal(await bed.metric('tiffin_lossy_events_total'), dropped);
  });

  it('says how few it took while too many wait', async () => {
    const { behaviors } = bed.deps;
    let room = 1;
    const api = { ...bed.deps, behaviors: { ...behaviors, add: () => room-- > 0 } };
    const { trackingApi } = await import('./tracking-api.ts');
    const answer = await trackingApi(api).track({ events: [view('1'), view('2')] }, callBy(customer));
    assert.deepEqual(answer, { accepted: 1 });
  });
});

describe('BatchListUserHistory', () => {
  const ask = (identity: Identity, ...pages: { parentId: string; first: number; after?: string }[]) =>
    bed.api.batchListUserHistory({ pages }, callBy(identity));

  it('has pages of one thing after another, latest first, each by its last time', async () => {
    const now = bed.clock.now();
    await bed.see(
      look('17', '1', now),
      look('17', '2', now + 1),
      look('17', '3', now + 1),
      look('17', '1', now + 2),
    );
    assert.deepEqual(await bed.history('17'), ['2:1', '2:3', '2:2']);
    const first = await ask(customer, { parentId: '17', first: 2 });
    const [page] = first.pages;
    assert.equal(page?.hasNextPage, true);
    assert.deepEqual(page?.edges[0]?.entry, { kind: GOODS_VIEWED, targetId: '1', at: new Date(now + 2) });
    const after = page?.edges[1]?.cursor ?? '';
    const rest = await ask(customer, { parentId: '17', first: 2, after });
    assert.deepEqual(
      rest.pages.map(({ edges, hasNextPage }) => [edges.map(({ entry }) => entry?.targetId), hasNextPage]),
      [[['2'], false]],
    );
  });

  it('is empty for others, but for administrators and our own processes; nobody sees nothing', async () => {
    await bed.see(look('17', '1', 1_000));
    const sizes = async (identity: Identity) => {
      const { pages } = await ask(identity, { parentId: '17', first: 5 }, { parentId: 'x', first: 5 });
      return pages.map(({ edges }) => edges.length);
    };
    for (const identity of [customer, administrator, ownProcess])
      assert.deepEqual(await sizes(identity), [1, 0]);
    assert.deepEqual(await sizes(userWith('18', 'CUSTOMER', 'MERCHANT')), [0, 0]);
    await assert.rejects(sizes(anonymous), failsWith('UNAUTHENTICATED'));
  });

  it('refuses too many pages, odd sizes and made-up cursors', async () => {
    const page = { parentId: '17', first: 1 };
    await assert.rejects(ask(customer, ...Array.from({ length: 101 }, () => page)), violates('pages'));
    await assert.rejects(ask(customer, { ...page, first: 0 }), violates('first'));
    for (const after of ['x', 'WyIxIl0', Buffer.from('["1","3","5"]').toString('base64url')])
      await assert.rejects(ask(customer, { ...page, after }), violates('after'));
    assert.deepEqual(await ask(customer), { pages: [] });
  });
});

describe('BatchGetCounters and ListHot', () => {
  it('count for everybody, and the hot ones are for administrators and our own processes', async () => {
    await bed.see(look(undefined, '9', 0), look('17', '9', 0), look('18', '9', 0), look('17', '8', 0));
    const asked = { kind: GOODS_VIEWED, first: 1 };
    for (const identity of [administrator, ownProcess])
      assert.deepEqual(await bed.api.listHot(asked, callBy(identity)), { targetIds: ['9'] });
    await assert.rejects(bed.api.listHot(asked, callBy(customer)), failsWith('FORBIDDEN'));
    await assert.rejects(bed.api.listHot(asked, callBy(anonymous)), failsWith('UNAUTHENTICATED'));
    await assert.rejects(bed.api.listHot({ ...asked, first: 101 }, callBy(ownProcess)), violates('first'));
    await assert.rejects(
      bed.api.listHot({ kind: UNSPECIFIED, first: 1 }, callBy(ownProcess)),
      violates('kind'),
    );
    const counters = { kind: GOODS_VIEWED, targetIds: ['9', 'x', '5', '9'] };
    assert.deepEqual(await bed.api.batchGetCounters(counters, callBy()), { views: [0, 0, 0, 0] });
    assert.equal(bed.statements.length, 1);
    const tooMany = { kind: GOODS_VIEWED, targetIds: Array(101).fill('1') };
    await assert.rejects(bed.api.batchGetCounters(tooMany, callBy()), violates('targetIds'));
  });

  it('the hot ones are unavailable without Redis', async () => {
    const { trackingApi } = await import('./tracking-api.ts');
    const views = { ...bed.deps.views, hot: () => Promise.reject(new Error('away')) };
    const asking = trackingApi({ ...bed.deps, views }).listHot(
      { kind: SHOP_VIEWED, first: 1 },
      callBy(ownProcess),
    );
    await assert.rejects(asking, failsWith('UNAVAILABLE'));
  });
});
