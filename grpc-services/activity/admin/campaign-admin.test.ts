import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { walletCurrencies } from '@tiffin/account/domain/wallet';
import { allFindings } from '@tiffin/lib/audit/all-findings';
import { AppError } from '@tiffin/lib/errors/app-error';
import { anonymous, type Identity } from '@tiffin/lib/identity/identity';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { failsWith, violates } from '@tiffin/lib/testing/expect-error';
import { freshKey, newKey } from '@tiffin/lib/testing/fresh-key';
import type { CampaignFields, CampaignTrigger } from '@tiffin/proto/gen/tiffin/activity/v1/campaign_admin';
import {
  type ActivityTestBed,
  administrator,
  createActivityTestBed,
  customer,
  dayMs,
  unknownUserId,
} from '../activity-test-bed.ts';
import { auditCoupons } from '../domain/audit-coupons.ts';
import { campaignCurrencies } from '../domain/campaign.ts';
import { campaignAdmin } from './campaign-admin.ts';

let bed: ActivityTestBed;
before(async () => {
  bed = await createActivityTestBed();
});
after(() => bed.stop());
beforeEach(() => void bed.statements.splice(0));

const { userId } = customer;
const byAdmin = callBy(administrator);
const fields: CampaignFields = {
  name: 'Phở "Bò" & co. 🍜?',
  trigger: 'CAMPAIGN_TRIGGER_ORDER_PAID',
  discount: { amountCents: 2 ** 32 + 1, currency: 'CHF' },
  minimumTotal: { amountCents: Number.MAX_SAFE_INTEGER, currency: 'CHF' },
  startsAt: new Date('2030-01-02T03:04:05.678Z'),
  endsAt: new Date('9999-12-31T23:59:59.999Z'),
  couponDays: 365,
  maxCoupons: 1_000_000,
};

async function create(change: Partial<CampaignFields> = {}, identity: Identity = administrator) {
  const request = { ...freshKey, fields: { ...fields, ...change } };
  return (await bed.admin.createCampaign(request, callBy(identity))).campaign ?? assert.fail();
}

async function update(campaignId: string, version: number, change: Partial<CampaignFields>) {
  const request = { ...freshKey, campaignId, version, fields: { ...fields, ...change } };
  return (await bed.admin.updateCampaign(request, byAdmin)).campaign ?? assert.fail();
}

async function end(campaignId: string) {
  return (await bed.admin.endCampaign({ ...freshKey, campaignId }, byAdmin)).campaign ?? assert.fail();
}

async function grant(campaignId: string) {
  const request = { ...freshKey, campaignId, userId };
  return (await bed.admin.grantCoupon(request, byAdmin)).coupon ?? assert.fail();
}

async function read(id: string) {
  return (await bed.admin.batchGetCampaigns({ ids: [id] }, byAdmin)).campaigns[0]?.campaign;
}

test('a new campaign is what was written, to the cent and to the millisecond', async () => {
  const campaign = await create();
  assert.deepEqual(campaign, { ...fields, id: campaign.id, grantedCoupons: 0, version: 1 });
  assert.deepEqual(await read(campaign.id), campaign);
});

test('a change rests on a version, and leaves alone the coupons that were granted', async () => {
  const startsAt = new Date(0);
  const { id } = await create({ startsAt });
  const coupon = await grant(id);
  const change = { name: 'Other', trigger: 'CAMPAIGN_TRIGGER_MANUAL', couponDays: 1, maxCoupons: 1 } as const;
  const changed = await update(id, 1, change);
  assert.deepEqual(changed, { ...fields, ...change, id, grantedCoupons: 1, version: 2 });
  assert.deepEqual(await read(id), changed);
  await assert.rejects(update(id, 1, {}), failsWith('VERSION_CONFLICT', { currentVersion: 2 }));
  assert.deepEqual(await bed.getCoupon(coupon.id), coupon);
});

test('of two changes of one version, one wins', async () => {
  const { id } = await create();
  const outcomes = await Promise.allSettled([update(id, 1, { name: 'A' }), update(id, 1, { name: 'B' })]);
  const [lost] = outcomes.filter((outcome) => outcome.status === 'rejected');
  assert.ok(AppError.is(lost?.reason, 'VERSION_CONFLICT'));
  assert.equal((await read(id))?.version, 2);
});

test('a campaign cannot grant fewer coupons than it has granted', async () => {
  const { id } = await create({ startsAt: new Date(0) });
  await grant(id);
  await grant(id);
  await assert.rejects(update(id, 1, { maxCoupons: 1 }), violates('fields.maxCoupons'));
  assert.equal((await update(id, 1, { maxCoupons: 2 })).maxCoupons, 2);
  await assert.rejects(grant(id), failsWith('CAMPAIGN_ENDED', { campaignId: id }));
});

test('a campaign ends now, once, and grants no more', async () => {
  const running = await create({ startsAt: new Date(0) });
  const ended = await end(running.id);
  assert.deepEqual(ended, { ...running, endsAt: new Date(bed.clock.now()), version: 2 });
  await assert.rejects(grant(running.id), failsWith('CAMPAIGN_ENDED', { campaignId: running.id }));
  await bed.clock.advance(1_000);
  assert.deepEqual(await end(running.id), ended);
  assert.deepEqual(await read(running.id), ended);
  const toCome = await create({ startsAt: new Date(bed.clock.now() + dayMs) });
  assert.deepEqual((await end(toCome.id)).endsAt, new Date(bed.clock.now()));
  await bed.clock.advance(2 * dayMs);
  await assert.rejects(grant(toCome.id), failsWith('CAMPAIGN_ENDED'));
});

test('a coupon is granted from the start of a campaign until right before its end, while there are any', async () => {
  const startsAt = new Date(bed.clock.now() + 10);
  const endsAt = new Date(bed.clock.now() + 20);
  const { id } = await create({ startsAt, endsAt, maxCoupons: 3, trigger: 'CAMPAIGN_TRIGGER_MANUAL' });
  await assert.rejects(grant(id), failsWith('CAMPAIGN_ENDED', { campaignId: id }));
  await bed.clock.advance(10);
  const [first, second] = [await grant(id), await grant(id)];
  assert.notEqual(first.id, second.id);
  assert.deepEqual(first, await bed.getCoupon(first.id));
  assert.deepEqual([first.status, first.userId, first.campaignId], ['COUPON_STATUS_AVAILABLE', userId, id]);
  await bed.clock.advance(9);
  await grant(id);
  await assert.rejects(grant(id), failsWith('CAMPAIGN_ENDED'), 'all are granted');
  assert.equal((await read(id))?.grantedCoupons, 3);
  await update(id, 1, { startsAt, endsAt, maxCoupons: 4 });
  await bed.clock.advance(1);
  await assert.rejects(grant(id), failsWith('CAMPAIGN_ENDED'), 'it is over');
  assert.deepEqual(await allFindings(auditCoupons(bed.deps)), []);
});

test('a grant is repeated by its key without a second coupon', async () => {
  const { id } = await create({ startsAt: new Date(0) });
  const request = { idempotencyKey: newKey(), campaignId: id, userId };
  const first = await bed.admin.grantCoupon(request, byAdmin);
  assert.deepEqual(await bed.admin.grantCoupon(request, byAdmin), first);
  assert.equal((await read(id))?.grantedCoupons, 1);
});

test('nobody who is unknown, and nobody while accounts are away, gets a coupon', async () => {
  const { id } = await create({ startsAt: new Date(0) });
  await assert.rejects(
    bed.admin.grantCoupon({ ...freshKey, campaignId: id, userId: unknownUserId }, byAdmin),
    failsWith('USER_NOT_FOUND', { userId: unknownUserId }),
  );
  const away = new AppError('UNAVAILABLE', { retryAfterMs: 1_000 });
  const lonely = campaignAdmin({ ...bed.deps, accounts: { batchGetUsers: () => Promise.reject(away) } });
  await assert.rejects(lonely.grantCoupon({ ...freshKey, campaignId: id, userId }, byAdmin), away);
  assert.equal((await read(id))?.grantedCoupons, 0);
});

test('campaigns are listed newest first, page by page, and got in the order of the ids', async () => {
  const ids: string[] = [];
  for (let n = 0; n < 5; n++) ids.unshift((await create()).id);
  const listed: string[] = [];
  let after: string | undefined;
  for (const hasNextPage of [true, true]) {
    const page = await bed.admin.listCampaigns({ first: 2, after }, byAdmin);
    assert.equal(page.hasNextPage, hasNextPage);
    listed.push(...page.edges.map(({ campaign }) => campaign?.id ?? ''));
    after = page.edges.at(-1)?.cursor;
  }
  assert.deepEqual(listed, ids.slice(0, 4));
  const all = await bed.admin.listCampaigns({ first: 100 }, byAdmin);
  assert.equal(all.hasNextPage, false);
  const [a = '', b = ''] = ids;
  const { campaigns } = await bed.admin.batchGetCampaigns({ ids: [b, 'x', '999', a, b] }, byAdmin);
  assert.deepEqual(
    campaigns.map(({ campaign }) => campaign?.id),
    [b, undefined, undefined, a, b],
  );
});

test('campaigns know the currencies that wallets know', () => {
  assert.deepEqual(campaignCurrencies, walletCurrencies);
});

test('administrators and our own processes do this, and nobody else', async () => {
  const { id } = await create({}, ownProcess);
  for (const [identity, code] of [
    [anonymous, 'UNAUTHENTICATED'],
    [customer, 'FORBIDDEN'],
  ] as const) {
    const call = callBy(identity);
    await assert.rejects(create({}, identity), failsWith(code));
    const change = { ...freshKey, campaignId: id, version: 1, fields };
    await assert.rejects(bed.admin.updateCampaign(change, call), failsWith(code));
    await assert.rejects(bed.admin.endCampaign({ ...freshKey, campaignId: id }, call), failsWith(code));
    await assert.rejects(
      bed.admin.grantCoupon({ ...freshKey, campaignId: id, userId }, call),
      failsWith(code),
    );
    await assert.rejects(bed.admin.batchGetCampaigns({ ids: [id] }, call), failsWith(code));
    await assert.rejects(bed.admin.listCampaigns({ first: 1 }, call), failsWith(code));
  }
  assert.equal((await read(id))?.version, 1);
});

test('bad input is named field by field, before anything is asked', async () => {
  const money = { amountCents: 100, currency: 'CHF' };
  const cases: [Partial<CampaignFields>, ...string[]][] = [
    [{ name: ' ' }, 'fields.name'],
    [{ name: 'x'.repeat(81) }, 'fields.name'],
    [{ trigger: 'CAMPAIGN_TRIGGER_UNSPECIFIED' }, 'fields.trigger'],
    [{ trigger: 'toString' as CampaignTrigger }, 'fields.trigger'],
    [{ discount: undefined }, 'fields.discount', 'fields.minimumTotal.currency'],
    [{ discount: { ...money, amountCents: 0 } }, 'fields.discount.amountCents'],
    [{ discount: { ...money, amountCents: 2 ** 53 } }, 'fields.discount.amountCents'],
    ...['ZZZ', 'JPY', 'eur', ''].map((currency): [Partial<CampaignFields>, ...string[]] => {
      const both = { discount: { ...money, currency }, minimumTotal: { ...money, currency } };
      const isSpelledRight = /^[A-Z]{3}$/.test(currency);
      return [both, 'fields.discount.currency', ...(isSpelledRight ? [] : ['fields.minimumTotal.currency'])];
    }),
    [{ minimumTotal: undefined }, 'fields.minimumTotal'],
    [{ minimumTotal: { ...money, amountCents: -1 } }, 'fields.minimumTotal.amountCents'],
    [{ minimumTotal: { ...money, currency: 'EUR' } }, 'fields.minimumTotal.currency'],
    [{ startsAt: undefined }, 'fields.startsAt'],
    [{ startsAt: new Date(Number.NaN) }, 'fields.startsAt'],
    [{ startsAt: new Date(-1) }, 'fields.startsAt'],
    [{ endsAt: undefined }, 'fields.endsAt'],
    [{ endsAt: fields.startsAt }, 'fields.endsAt'],
    [{ endsAt: new Date('+010000-01-01T00:00:00.000Z') }, 'fields.endsAt'],
    [{ endsAt: new Date(8.64e15) }, 'fields.endsAt'],
    [{ couponDays: 0 }, 'fields.couponDays'],
    [{ couponDays: 366 }, 'fields.couponDays'],
    [{ couponDays: 1.5 }, 'fields.couponDays'],
    [{ maxCoupons: 0 }, 'fields.maxCoupons'],
    [{ maxCoupons: 1_000_001 }, 'fields.maxCoupons'],
  ];
  for (const [change, ...names] of cases) {
    await assert.rejects(create(change), violates(...names));
    await assert.rejects(update('1', 1, change), violates(...names));
  }
  const none = { idempotencyKey: '', fields: undefined };
  await assert.rejects(bed.admin.createCampaign(none, byAdmin), violates('idempotencyKey', 'fields'));
  const bad = { idempotencyKey: 'x'.repeat(65), campaignId: 'x', userId: '0', version: 0, fields };
  await assert.rejects(
    bed.admin.updateCampaign(bad, byAdmin),
    violates('idempotencyKey', 'campaignId', 'version'),
  );
  await assert.rejects(bed.admin.endCampaign(bad, byAdmin), violates('idempotencyKey', 'campaignId'));
  await assert.rejects(
    bed.admin.grantCoupon(bad, byAdmin),
    violates('idempotencyKey', 'campaignId', 'userId'),
  );
  await assert.rejects(
    bed.admin.listCampaigns({ first: 101, after: 'x' }, byAdmin),
    violates('first', 'after'),
  );
  const tooMany = { ids: Array(101).fill('1') };
  await assert.rejects(bed.admin.batchGetCampaigns(tooMany, byAdmin), violates('ids'));
  assert.deepEqual(bed.statements, []);
});
