import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { anonymous } from '@tiffin/lib/identity/identity';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { failsWith, violates } from '@tiffin/lib/testing/expect-error';
import { callOf, type JoinTestBed, openJoinTestBed } from '../join-test-bed.ts';
import { SaleSecrets } from './sale-secret.ts';
import { isUserToken, userToken } from './user-token.ts';

let joins: JoinTestBed;
before(async () => {
  joins = await openJoinTestBed();
});
after(() => joins.stop());
const tokenOf = (flashSaleId: string, userId: string) =>
  joins.api.flashSaleToken({ flashSaleId }, callOf(userId));
const newSecrets = (fill: number) =>
  new SaleSecrets({
    clock: joins.bed.clock,
    database: joins.bed.deps.database,
    newSecret: () => Buffer.alloc(32, fill),
  });

describe('the token of a flash sale', () => {
  it('is a user’s own, the same each time, and another one for each flash sale', async () => {
    const [one, two] = [await joins.addSale(1), await joins.addSale(1)];
    const { token, expiresAt } = await tokenOf(one, '11');
    assert.match(token, /^[\w-]{43}$/);
    assert.deepEqual(expiresAt, (await joins.bed.getFlashSale(one)).endsAt);
    assert.equal((await tokenOf(one, '11')).token, token);
    const others = [(await tokenOf(one, '12')).token, (await tokenOf(two, '11')).token];
    assert.equal(new Set([token, ...others]).size, 3);
    const request = { flashSaleId: one, token, addressId: '7' };
    assert.ok((await joins.api.joinFlashSale(request, callOf('11'))).ticket);
  });

  it('does not exist before the start, and nothing that it could be made from', async () => {
    const startsAt = new Date(joins.bed.clock.now() + 1_000);
    const saleId = await joins.addSale(1, { startsAt });
    await assert.rejects(tokenOf(saleId, '11'), failsWith('NOT_STARTED', { startsAt }));
    const secret = async () =>
      (
        await joins.bed.deps.database.query('select secret from activity.flash_sale where id = ?', [saleId])
      )[0];
    assert.deepEqual({ ...(await secret()) }, { secret: null });
    await joins.bed.clock.advance(1_000);
    assert.ok((await tokenOf(saleId, '11')).token);
    assert.notDeepEqual({ ...(await secret()) }, { secret: null });
  });

  it('is for customers', async () => {
    const saleId = await joins.addSale(1);
    const ask = (call = callOf('11'), flashSaleId = saleId) =>
      joins.api.flashSaleToken({ flashSaleId }, call);
    await assert.rejects(ask(callBy(anonymous)), failsWith('UNAUTHENTICATED'));
    await assert.rejects(ask(callBy(ownProcess)), failsWith('FORBIDDEN'));
    await assert.rejects(ask(callOf('11'), 'x'), violates('flashSaleId'));
    await assert.rejects(ask(callOf('11'), '999'), failsWith('FLASH_SALE_NOT_FOUND', { flashSaleId: '999' }));
  });

  it('fits nobody else, and nothing else fits', () => {
    const secret = Buffer.alloc(32, 1);
    const token = userToken(secret, '11');
    assert.ok(isUserToken(secret, '11', token));
    for (const [userId, other] of [
      ['12', token],
      ['11', `${token}x`],
      ['11', ''],
      ['11', token.toLowerCase()],
      ['11', 'ß'.repeat(43)],
    ] as const)
      assert.equal(isUserToken(secret, userId, other), false);
    assert.equal(isUserToken(Buffer.alloc(32, 2), '11', token), false);
  });
});

describe('the secret of a flash sale', () => {
  it('is the same in all processes, whoever comes first', async () => {
    const saleId = await joins.addSale(1);
    const [a, b] = [newSecrets(1), newSecrets(2)];
    const secrets = await Promise.all([a.of(saleId), b.of(saleId), a.of(saleId), b.of(saleId)]);
    assert.equal(new Set(secrets.map((secret) => Buffer.from(secret ?? []).toString('hex'))).size, 1);
    assert.equal(await a.of('999'), undefined);
  });

  it('is read once by all who ask, and again after 10 minutes', async () => {
    const saleId = await joins.addSale(1);
    const secrets = newSecrets(1);
    await secrets.of(saleId);
    const { statements, clock } = joins.bed;
    statements.length = 0;
    await clock.advance(599_999);
    assert.ok(!(secrets.of(saleId) instanceof Promise));
    const others = newSecrets(2);
    await Promise.all(Array.from({ length: 20 }, () => others.of(saleId)));
    const secretReads = () => statements.filter((sql) => sql.startsWith('select secret')).length;
    assert.equal(secretReads(), 1);
    await clock.advance(1);
    await secrets.of(saleId);
    assert.equal(secretReads(), 2);
  });
});
