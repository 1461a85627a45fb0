import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { AppError } from '@tiffin/lib/errors/app-error';
import { callBy } from '@tiffin/lib/testing/call-by';
import { newKey } from '@tiffin/lib/testing/fresh-key';
import { createRealPostgres, type RealPostgres } from '@tiffin/lib/testing/real-postgres';
import { type AccountTestBed, createAccountTestBed, registered, someLines } from './account-test-bed.ts';
import { maxAddressesOfUser } from './domain/address.ts';

// The embedded database is one session, where statements never compete. Here they do.

const rounds = 20;
const competitors = 8;

/** The same call from several sessions at once. */
async function compete<Answer>(call: () => Promise<Answer>) {
  const results = await Promise.allSettled(Array.from({ length: competitors }, call));
  return {
    won: results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
    lost: results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : [])),
  };
}

suite('account on PostgreSQL, with sessions that compete', () => {
  let server: RealPostgres;
  let bed: AccountTestBed;
  before(async () => {
    server = await createRealPostgres();
    bed = await createAccountTestBed(server);
  });
  after(async () => {
    await bed?.stop();
    await server?.drop();
  });

  test('one refresh wins, the others count as reuse, and the session ends', async () => {
    for (let round = 0; round < rounds; round++) {
      const { refreshToken } = (await registered(bed)).session;
      const { won, lost } = await compete(() => bed.api.refreshSession({ refreshToken }, callBy()));
      assert.equal(won.length, 1);
      for (const error of lost) assert.ok(AppError.is(error, 'SESSION_REUSED'), String(error));
      const next = { refreshToken: won[0]?.session?.refreshToken ?? '' };
      await assert.rejects(bed.api.refreshSession(next, callBy()), (error) =>
        AppError.is(error, 'SESSION_EXPIRED'),
      );
    }
  });

  test('a logout at the moment of a refresh leaves no session that goes on', async () => {
    for (let round = 0; round < rounds; round++) {
      const { refreshToken } = (await registered(bed)).session;
      const refresh = bed.api.refreshSession({ refreshToken }, callBy());
      const [refreshed] = await Promise.allSettled([refresh, bed.api.logout({ refreshToken }, callBy())]);
      if (refreshed.status === 'rejected') {
        assert.ok(AppError.is(refreshed.reason, 'SESSION_EXPIRED'), String(refreshed.reason));
        continue;
      }
      const next = { refreshToken: refreshed.value.session?.refreshToken ?? '' };
      await assert.rejects(bed.api.refreshSession(next, callBy()), (error) =>
        AppError.is(error, 'SESSION_EXPIRED'),
      );
    }
  });

  test('one registration of an e-mail address wins', async () => {
    for (let round = 0; round < rounds; round++) {
      const registration = {
        email: `race-${round}@tiffin.example`,
        password: 'correct horse',
        displayName: 'Racer',
      };
      const { won, lost } = await compete(() => bed.api.register(registration, callBy()));
      assert.equal(won.length, 1);
      for (const error of lost) assert.ok(AppError.is(error, 'EMAIL_TAKEN'), String(error));
    }
  });

  test('nobody gets more addresses than allowed', async () => {
    for (let round = 0; round < 3; round++) {
      const { user, call } = await registered(bed);
      const add = () => bed.api.addAddress({ idempotencyKey: newKey(), lines: someLines }, call);
      for (let n = 1; n < maxAddressesOfUser; n++) await add();
      const { won, lost } = await compete(add);
      assert.equal(won.length, 1);
      for (const error of lost) assert.ok(AppError.is(error, 'ADDRESS_LIMIT_REACHED'), String(error));
      const pages = [{ parentId: user.id, first: 100, after: undefined }];
      const listed = await bed.api.batchListAddresses({ pages }, call);
      assert.equal(listed.pages[0]?.edges.length, maxAddressesOfUser);
    }
  });
});
