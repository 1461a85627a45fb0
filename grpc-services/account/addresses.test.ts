import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { AppError } from '@tiffin/lib/errors/app-error';
import { callBy } from '@tiffin/lib/testing/call-by';
import { failsWith } from '@tiffin/lib/testing/expect-error';
import { freshKey } from '@tiffin/lib/testing/fresh-key';
import {
  type AccountTestBed,
  callByService,
  callByUser,
  createAccountTestBed,
  registered,
  someLines,
} from './account-test-bed.ts';
import { maxAddressesOfUser, maxLineChars } from './domain/address.ts';

suite('addresses', () => {
  let bed: AccountTestBed;
  before(async () => {
    bed = await createAccountTestBed();
  });
  after(() => bed.stop());

  const add = async (call: ReturnType<typeof callBy>, lines = someLines) => {
    const { address } = await bed.api.addAddress({ ...freshKey, lines }, call);
    if (!address) throw new Error('addAddress answered without an address');
    return address;
  };
  const page = (parentId: string, first: number, after?: string) => ({ parentId, first, after });
  const labelsOf = (answer: { edges: { address: { lines: { label: string } | undefined } | undefined }[] }) =>
    answer.edges.map(({ address }) => address?.lines?.label);

  test('are added, changed and removed by their user', async () => {
    const { user, call } = await registered(bed);
    const added = await add(call, { ...someLines, label: '  Home  ' });
    assert.deepEqual(added, { id: added.id, userId: user.id, lines: someLines });
    const lines = { ...someLines, label: 'Work', street: 'Hafenplatz 2' };
    const changed = await bed.api.updateAddress({ ...freshKey, addressId: added.id, lines }, call);
    assert.deepEqual(changed.address, { id: added.id, userId: user.id, lines });
    const { pages } = await bed.api.batchListAddresses({ pages: [page(user.id, 10)] }, call);
    assert.deepEqual(pages[0]?.edges[0]?.address, changed.address);
    const removed = await bed.api.removeAddress({ ...freshKey, addressId: added.id }, call);
    assert.deepEqual(removed, { addressId: added.id });
    const again = bed.api.removeAddress({ ...freshKey, addressId: added.id }, call);
    await assert.rejects(again, failsWith('ADDRESS_NOT_FOUND'));
  });

  test("somebody else's address is not found, and stays as it is", async () => {
    const [owner, stranger] = [await registered(bed), await registered(bed)];
    const { id: addressId } = await add(owner.call);
    for (const call of [stranger.call, callByUser(stranger.user.id, 'ADMIN')]) {
      const change = bed.api.updateAddress({ ...freshKey, addressId, lines: someLines }, call);
      await assert.rejects(change, (error) => {
        return AppError.is(error, 'ADDRESS_NOT_FOUND') && error.detail.addressId === addressId;
      });
      const removal = bed.api.removeAddress({ ...freshKey, addressId }, call);
      await assert.rejects(removal, failsWith('ADDRESS_NOT_FOUND'));
    }
    const { pages } = await bed.api.batchListAddresses({ pages: [page(owner.user.id, 10)] }, owner.call);
    assert.deepEqual(labelsOf(pages[0] ?? { edges: [] }), ['Home']);
  });

  test('are limited, also for those who add two at a time', async () => {
    const { user, call } = await registered(bed);
    for (let n = 1; n < maxAddressesOfUser; n++) await add(call);
    const results = await Promise.allSettled([add(call), add(call), add(call)]);
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
    for (const result of results) {
      if (result.status === 'rejected') {
        assert.ok(AppError.is(result.reason, 'ADDRESS_LIMIT_REACHED'), String(result.reason));
        assert.equal(result.reason.detail.maxAddresses, maxAddressesOfUser);
      }
    }
    const { pages } = await bed.api.batchListAddresses({ pages: [page(user.id, 100)] }, call);
    assert.equal(pages[0]?.edges.length, maxAddressesOfUser);
  });

  test('are listed in pages, several of one and of several users in one call', async () => {
    const [one, two] = [await registered(bed), await registered(bed)];
    for (const label of ['A', 'B', 'C']) await add(one.call, { ...someLines, label });
    await add(two.call, { ...someLines, label: 'Z' });
    const first = await bed.api.batchListAddresses({ pages: [page(one.user.id, 2)] }, one.call);
    const after = first.pages[0]?.edges.at(-1)?.cursor;
    const statementsBefore = bed.statements.length;
    const { pages } = await bed.api.batchListAddresses(
      {
        pages: [
          page(one.user.id, 2),
          page(two.user.id, 5),
          page(one.user.id, 2, after),
          page('not-an-id', 5),
          page('4', 5),
          page(one.user.id, 3),
        ],
      },
      callByService,
    );
    assert.equal(bed.statements.length - statementsBefore, 1);
    assert.deepEqual(pages.map(labelsOf), [['A', 'B'], ['Z'], ['C'], [], [], ['A', 'B', 'C']]);
    assert.deepEqual(
      pages.map(({ hasNextPage }) => hasNextPage),
      [true, false, false, false, false, false],
    );
  });

  test('are found by id: one slot for each id, in one statement', async () => {
    const { user, call } = await registered(bed);
    const [home, work] = [await add(call), await add(call, { ...someLines, label: 'Work' })];
    const statementsBefore = bed.statements.length;
    const ids = [work.id, '4', 'x', '', home.id, work.id];
    const { addresses } = await bed.api.batchGetAddresses({ ids }, call);
    assert.equal(bed.statements.length - statementsBefore, 1);
    assert.deepEqual(
      addresses.map(({ address }) => address),
      [work, undefined, undefined, undefined, home, work],
    );
    assert.deepEqual(work, { id: work.id, userId: user.id, lines: { ...someLines, label: 'Work' } });
    assert.deepEqual(await bed.api.batchGetAddresses({ ids: [] }, call), { addresses: [] });
    const tooMany = Array.from({ length: 101 }, () => home.id);
    await assert.rejects(bed.api.batchGetAddresses({ ids: tooMany }, call), failsWith('INVALID_ARGUMENT'));
  });

  test("somebody else's address looks by its id as if it did not exist", async () => {
    const [owner, stranger] = [await registered(bed), await registered(bed)];
    const [theirs, own] = [await add(owner.call), await add(stranger.call)];
    const get = async (call: ReturnType<typeof callBy>) => {
      const { addresses } = await bed.api.batchGetAddresses({ ids: [theirs.id, own.id] }, call);
      return addresses.map(({ address }) => address?.id);
    };
    assert.deepEqual(await get(stranger.call), [undefined, own.id]);
    assert.deepEqual(await get(callByUser(stranger.user.id, 'MERCHANT')), [undefined, own.id]);
    for (const call of [callByUser(stranger.user.id, 'ADMIN'), callByService]) {
      assert.deepEqual(await get(call), [theirs.id, own.id]);
    }
    await assert.rejects(get(callBy()), failsWith('UNAUTHENTICATED'));
  });

  test('are shown to their user, administrators and services only', async () => {
    const [owner, stranger] = [await registered(bed), await registered(bed)];
    await add(owner.call);
    const list = (call: ReturnType<typeof callBy>, ...ids: string[]) =>
      bed.api.batchListAddresses({ pages: ids.map((id) => page(id, 5)) }, call);
    await assert.rejects(list(callBy(), owner.user.id), failsWith('UNAUTHENTICATED'));
    await assert.rejects(list(stranger.call, owner.user.id), failsWith('FORBIDDEN'));
    await assert.rejects(list(stranger.call, stranger.user.id, owner.user.id), failsWith('FORBIDDEN'));
    await assert.rejects(
      list(callByUser(stranger.user.id, 'MERCHANT'), owner.user.id),
      failsWith('FORBIDDEN'),
    );
    for (const call of [owner.call, callByUser(stranger.user.id, 'ADMIN'), callByService]) {
      assert.equal((await list(call, owner.user.id)).pages[0]?.edges.length, 1);
    }
  });

  test('belong to somebody: not to nobody, a service or an account that is gone', async () => {
    await assert.rejects(add(callBy()), failsWith('UNAUTHENTICATED'));
    await assert.rejects(add(callByService), failsWith('FORBIDDEN'));
    await assert.rejects(add(callBy({ kind: 'user', userId: '7', roles: [] })), failsWith('FORBIDDEN'));
    await assert.rejects(add(callByUser('7')), failsWith('UNAUTHENTICATED'));
  });

  test('refuse lines that are missing, too long or unprintable, by the name of the field', async () => {
    const { call } = await registered(bed);
    const fields = async (lines: typeof someLines | undefined) => {
      const error = await bed.api.addAddress({ ...freshKey, lines }, call).catch((thrown) => thrown);
      assert.ok(AppError.is(error, 'INVALID_ARGUMENT'), String(error));
      return error.detail.violations.map(({ field }) => field).sort();
    };
    const all = Object.keys(maxLineChars).map((line) => `lines.${line}`);
    assert.deepEqual(await fields(undefined), all.toSorted());
    assert.deepEqual(await fields({ ...someLines, city: '', area: ' ' }), ['lines.area', 'lines.city']);
    assert.deepEqual(await fields({ ...someLines, street: 'x\u0000y' }), ['lines.street']);
    for (const [line, maxChars] of Object.entries(maxLineChars)) {
      assert.deepEqual(await fields({ ...someLines, [line]: 'x'.repeat(maxChars + 1) }), [`lines.${line}`]);
    }
    const longest = Object.entries(maxLineChars).map(([line, maxChars]) => [line, '🍜'.repeat(maxChars)]);
    await add(call, Object.fromEntries(longest));
  });

  test('refuse broken ids, keys, page sizes and cursors', async () => {
    const { user, call } = await registered(bed);
    const isInvalid = failsWith('INVALID_ARGUMENT');
    for (const addressId of ['', '0', '-1', '1.5', '9223372036854775808', "1' or '1'='1"]) {
      await assert.rejects(bed.api.removeAddress({ ...freshKey, addressId }, call), isInvalid);
    }
    for (const key of ['', 'x'.repeat(65)]) {
      await assert.rejects(bed.api.addAddress({ idempotencyKey: key, lines: someLines }, call), isInvalid);
    }
    const broken = [page(user.id, 0), page(user.id, 101), page(user.id, 5, 'x'), page(user.id, 5, '')];
    for (const each of broken) {
      await assert.rejects(bed.api.batchListAddresses({ pages: [each] }, call), isInvalid);
    }
    const pages = Array.from({ length: 101 }, () => page(user.id, 1));
    await assert.rejects(bed.api.batchListAddresses({ pages }, call), isInvalid);
  });
});
