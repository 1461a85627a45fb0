import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { AppError } from '@tiffin/lib/errors/app-error';
import { callBy } from '@tiffin/lib/testing/call-by';
import { failsWith } from '@tiffin/lib/testing/expect-error';
import { newKey } from '@tiffin/lib/testing/fresh-key';
import { Role } from '@tiffin/proto/gen/tiffin/account/v1/account';
import {
  type AccountTestBed,
  callByService,
  createAccountTestBed,
  maxLoginAttempts,
  registered,
} from './account-test-bed.ts';
import { maxSessionsOfUser, refreshTokenLifetimeMs } from './domain/session.ts';

suite('sessions', () => {
  let bed: AccountTestBed;
  before(async () => {
    bed = await createAccountTestBed();
  });
  after(() => bed.stop());

  const refresh = async (refreshToken: string) => {
    const { session } = await bed.api.refreshSession({ refreshToken }, callBy());
    if (!session) throw new Error('refreshSession answered without a session');
    return session;
  };
  const login = (email: string, password: string) => bed.api.login({ email, password }, callBy());

  test('begin with the registration of a customer', async () => {
    const { session } = await bed.api.register(
      { email: ' Grace@Tiffin.example ', password: 'correct horse', displayName: ' Grace ' },
      callBy(),
    );
    assert.deepEqual(session?.user, {
      id: session?.user?.id,
      displayName: 'Grace',
      email: 'Grace@Tiffin.example',
      phone: undefined,
      roles: [Role.CUSTOMER],
      createdAt: new Date(bed.clock.now()),
    });
    const identity = await bed.verifyAccessToken(session?.accessToken ?? '');
    assert.deepEqual(identity, { kind: 'user', userId: session?.user?.id, roles: ['CUSTOMER'] });
    assert.equal(session?.accessTokenExpiresAt?.getTime(), bed.clock.now() + 15 * 60_000);
    assert.match(session?.refreshToken ?? '', /^[\w-]{43}$/);
  });

  test('an e-mail address is taken in whatever case, and by one of two who come together', async () => {
    const { email } = await registered(bed);
    const again = { email: email.toUpperCase(), password: 'another horse', displayName: 'Eve' };
    await assert.rejects(bed.api.register(again, callBy()), failsWith('EMAIL_TAKEN'));
    const race = { email: 'race@tiffin.example', password: 'correct horse', displayName: 'Racer' };
    const results = await Promise.allSettled([1, 2, 3].map(() => bed.api.register(race, callBy())));
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
    for (const result of results) {
      if (result.status === 'rejected')
        assert.ok(AppError.is(result.reason, 'EMAIL_TAKEN'), String(result.reason));
    }
  });

  test('a taken e-mail address leaves nothing behind', async () => {
    const { email } = await registered(bed);
    const count = () => bed.deps.database.query<{ n: string }>('select count(*) as n from account.session');
    const [before] = await count();
    await assert.rejects(
      bed.api.register({ email, password: 'another horse', displayName: 'Eve' }, callBy()),
    );
    assert.deepEqual(await count(), [before]);
  });

  test('begin anew with a login, in whatever case', async () => {
    const { email, password, user } = await registered(bed);
    const { session } = await login(` ${email.toUpperCase()}`, password);
    assert.deepEqual(session?.user, user);
    assert.equal((await refresh(session?.refreshToken ?? '')).user?.id, user.id);
  });

  test('a wrong password and an unknown account look alike', async () => {
    const { email } = await registered(bed);
    const wrong = await login(email, 'wrong horse').catch((error) => error);
    const unknown = await login('nobody@tiffin.example', 'wrong horse').catch((error) => error);
    assert.ok(AppError.is(wrong, 'INVALID_CREDENTIALS'));
    assert.ok(AppError.is(unknown, 'INVALID_CREDENTIALS'));
    assert.deepEqual([wrong.message, wrong.detail], [unknown.message, unknown.detail]);
  });

  test('too many failed logins close an account for a while, even to the right password', async () => {
    const { email, password } = await registered(bed);
    for (let n = 0; n < maxLoginAttempts; n++) {
      await assert.rejects(login(email, 'wrong horse'), failsWith('INVALID_CREDENTIALS'));
    }
    await assert.rejects(login(email.toUpperCase(), password), failsWith('RATE_LIMITED'));
  });

  test('a success forgets the failed logins before it', async () => {
    const { email, password } = await registered(bed);
    for (let round = 0; round < 2; round++) {
      for (let n = 1; n < maxLoginAttempts; n++) {
        await assert.rejects(login(email, 'wrong horse'), failsWith('INVALID_CREDENTIALS'));
      }
      await login(email, password);
    }
  });

  test('go on with each refresh, which brings another token and the roles of now', async () => {
    const { session, user } = await registered(bed);
    const call = { idempotencyKey: newKey(), userId: user.id, role: Role.MERCHANT };
    await bed.admin.grantRole(call, callByService);
    await bed.clock.advance(60_000);
    const second = await refresh(session.refreshToken);
    assert.notEqual(second.refreshToken, session.refreshToken);
    assert.deepEqual(second.user?.roles, [Role.CUSTOMER, Role.MERCHANT]);
    const identity = await bed.verifyAccessToken(second.accessToken);
    assert.deepEqual(identity.roles, ['CUSTOMER', 'MERCHANT']);
    const third = await refresh(second.refreshToken);
    assert.equal(third.user?.id, user.id);
  });

  test('a token that comes again ends the session with all that was issued since', async () => {
    const { session, email, password } = await registered(bed);
    const { session: other } = await login(email, password);
    const second = await refresh(session.refreshToken);
    const third = await refresh(second.refreshToken);
    await assert.rejects(refresh(session.refreshToken), failsWith('SESSION_REUSED'));
    await assert.rejects(refresh(third.refreshToken), failsWith('SESSION_EXPIRED'));
    await assert.rejects(refresh(session.refreshToken), failsWith('SESSION_REUSED'));
    await refresh(other?.refreshToken ?? '');
  });

  test('of two refreshes at the same moment one wins, and the session ends', async () => {
    const { session } = await registered(bed);
    const results = await Promise.allSettled([refresh(session.refreshToken), refresh(session.refreshToken)]);
    const won = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const lost = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    assert.equal(won.length, 1);
    assert.ok(AppError.is(lost[0], 'SESSION_REUSED'), String(lost[0]));
    await assert.rejects(refresh(won[0]?.refreshToken ?? ''), failsWith('SESSION_EXPIRED'));
  });

  test('end 30 days after the last refresh', async () => {
    const { session } = await registered(bed);
    await bed.clock.advance(refreshTokenLifetimeMs - 1);
    const second = await refresh(session.refreshToken);
    await bed.clock.advance(refreshTokenLifetimeMs - 1);
    const third = await refresh(second.refreshToken);
    await bed.clock.advance(refreshTokenLifetimeMs);
    await assert.rejects(refresh(third.refreshToken), failsWith('SESSION_EXPIRED'));
  });

  test('forget tokens that expired', async () => {
    const { session, user } = await registered(bed);
    await bed.clock.advance(refreshTokenLifetimeMs - 1);
    const second = await refresh(session.refreshToken);
    await bed.clock.advance(1);
    await refresh(second.refreshToken);
    const rows = await bed.deps.database.query(
      'select 1 from account.refresh_token t join account.session s on s.id = t.session_id where s.user_id = ?',
      [user.id],
    );
    assert.equal(rows.length, 2);
  });

  test('end with a logout, again and again, for tokens spent or unknown', async () => {
    const { session } = await registered(bed);
    const second = await refresh(session.refreshToken);
    const logout = (refreshToken: string) => bed.api.logout({ refreshToken }, callBy());
    for (const token of [second.refreshToken, second.refreshToken, session.refreshToken, 'unknown']) {
      assert.deepEqual(await logout(token), {});
    }
    await assert.rejects(refresh(second.refreshToken), failsWith('SESSION_EXPIRED'));
  });

  test('a login beyond the last allowed session signs out the oldest', async () => {
    const { session, email, password } = await registered(bed);
    const { session: second } = await login(email, password);
    for (let n = 2; n < maxSessionsOfUser; n++) await login(email, password);
    const refreshed = await refresh(session.refreshToken);
    await login(email, password);
    await assert.rejects(refresh(refreshed.refreshToken), failsWith('SESSION_EXPIRED'));
    await refresh(second?.refreshToken ?? '');
  });

  test('store no token and no password that could be used', async () => {
    const { session, password } = await registered(bed);
    const tables = ['account."user"', 'account.session', 'account.refresh_token'];
    const rows = await Promise.all(
      tables.map((table) => bed.deps.database.query(`select row_to_json(t)::text as row from ${table} t`)),
    );
    const stored = JSON.stringify(rows);
    assert.ok(stored.length > 1_000);
    for (const secret of [session.refreshToken, session.accessToken, password]) {
      assert.ok(!stored.includes(secret));
    }
    const asHex = Buffer.from(session.refreshToken).toString('hex');
    assert.ok(!stored.includes(asHex));
  });
});
