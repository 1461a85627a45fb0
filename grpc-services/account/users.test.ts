import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { callBy } from '@tiffin/lib/testing/call-by';
import { failsWith, violates } from '@tiffin/lib/testing/expect-error';
import { freshKey } from '@tiffin/lib/testing/fresh-key';
import { Role } from '@tiffin/proto/gen/tiffin/account/v1/account';
import {
  type AccountTestBed,
  callByService,
  callByUser,
  createAccountTestBed,
  registered,
} from './account-test-bed.ts';

/** Text that would do harm where it became part of a statement. */
const hostileTexts = [
  `'; drop table account."user"; --`,
  "' or '1'='1",
  '\\',
  "\\'; select 1; --",
  '? ?? $1 :name {1,2}',
  '{"a":1}',
];

suite('users', () => {
  let bed: AccountTestBed;
  before(async () => {
    bed = await createAccountTestBed();
  });
  after(() => bed.stop());

  test('are answered in the order of the ids, with empty slots and twice where asked twice', async () => {
    const [one, two] = [await registered(bed), await registered(bed)];
    const ids = [two.user.id, '4', 'not-an-id', one.user.id, '', "1' or '1'='1", two.user.id];
    const statementsBefore = bed.statements.length;
    const { users } = await bed.api.batchGetUsers({ ids }, callByService);
    assert.equal(bed.statements.length - statementsBefore, 1);
    assert.deepEqual(
      users.map(({ user }) => user?.id),
      [two.user.id, undefined, undefined, one.user.id, undefined, undefined, two.user.id],
    );
    assert.deepEqual(await bed.api.batchGetUsers({ ids: [] }, callBy()), { users: [] });
    const tooMany = Array.from({ length: 101 }, () => '4');
    await assert.rejects(bed.api.batchGetUsers({ ids: tooMany }, callBy()), violates('ids'));
  });

  test('show what is personal to themselves, administrators and services only', async () => {
    const [owner, stranger] = [await registered(bed), await registered(bed)];
    await bed.api.updateProfile({ ...freshKey, phone: '+4930123456' }, owner.call);
    const get = async (call: ReturnType<typeof callBy>) =>
      (await bed.api.batchGetUsers({ ids: [owner.user.id] }, call)).users[0]?.user;
    const whole = { ...owner.user, phone: '+4930123456' };
    for (const call of [owner.call, callByUser(stranger.user.id, 'ADMIN'), callByService]) {
      assert.deepEqual(await get(call), whole);
    }
    for (const call of [callBy(), stranger.call, callByUser(stranger.user.id, 'MERCHANT')]) {
      assert.deepEqual(await get(call), { ...whole, email: '', phone: undefined, roles: [] });
    }
  });

  test('change their own profile, and what they leave out stays', async () => {
    const { user, call } = await registered(bed);
    const update = (change: { displayName?: string; phone?: string }, by = call) =>
      bed.api.updateProfile({ ...freshKey, ...change }, by);
    assert.equal((await update({ displayName: ' Grace ' })).user?.displayName, 'Grace');
    const after = (await update({ phone: '+4930123456' })).user;
    assert.deepEqual(after, { ...user, displayName: 'Grace', phone: '+4930123456' });
    assert.deepEqual((await update({})).user, after);
    await assert.rejects(
      update({ displayName: 'x'.repeat(61), phone: '030' }),
      violates('displayName', 'phone'),
    );
    await assert.rejects(update({}, callBy()), failsWith('UNAUTHENTICATED'));
    await assert.rejects(update({}, callByService), failsWith('FORBIDDEN'));
    await assert.rejects(update({}, callByUser('7')), failsWith('USER_NOT_FOUND'));
  });

  test('get and lose roles, each as often as one likes', async () => {
    const { user } = await registered(bed);
    const change = () => ({ ...freshKey, userId: user.id, role: Role.MERCHANT });
    const admin = callByUser('3', 'ADMIN');
    for (let n = 0; n < 2; n++) {
      const { user: granted } = await bed.admin.grantRole(change(), admin);
      assert.deepEqual(granted, { ...user, roles: [Role.CUSTOMER, Role.MERCHANT] });
    }
    for (let n = 0; n < 2; n++) {
      const { user: revoked } = await bed.admin.revokeRole(change(), admin);
      assert.deepEqual(revoked, user);
    }
  });

  test('roles are given and taken by administrators only', async () => {
    const { user, call } = await registered(bed);
    const role = { userId: user.id, role: Role.ADMIN };
    for (const rpc of [bed.admin.grantRole, bed.admin.revokeRole]) {
      await assert.rejects(rpc({ ...freshKey, ...role }, callBy()), failsWith('UNAUTHENTICATED'));
      await assert.rejects(rpc({ ...freshKey, ...role }, call), failsWith('FORBIDDEN'));
      const merchant = callByUser(user.id, 'CUSTOMER', 'MERCHANT');
      await assert.rejects(rpc({ ...freshKey, ...role }, merchant), failsWith('FORBIDDEN'));
      const broken = { idempotencyKey: '', userId: 'x', role: Role.UNSPECIFIED };
      await assert.rejects(rpc(broken, callByService), violates('idempotencyKey', 'userId', 'role'));
      await assert.rejects(
        rpc({ ...freshKey, ...role, userId: '4' }, callByService),
        failsWith('USER_NOT_FOUND'),
      );
    }
  });

  test('registration refuses bad input by the name of the field', async () => {
    const good = { email: 'good@tiffin.example', password: 'correct horse', displayName: 'Ada' };
    const registerWith = (change: Partial<typeof good>) => bed.api.register({ ...good, ...change }, callBy());
    for (const email of [
      '',
      'x',
      'a@b',
      'a b@c.de',
      'a@b.c\u0000',
      `${'x'.repeat(65)}@b.de`,
      `a@${'b'.repeat(250)}.de`,
    ]) {
      await assert.rejects(registerWith({ email }), violates('email'));
    }
    for (const password of ['', '1234567', '🍜'.repeat(7), 'x'.repeat(129)]) {
      await assert.rejects(registerWith({ password }), violates('password'));
    }
    for (const displayName of ['', '  ', 'x'.repeat(61), 'a\nb']) {
      await assert.rejects(registerWith({ displayName }), violates('displayName'));
    }
    await assert.rejects(
      registerWith({ email: '', password: '', displayName: '' }),
      violates('email', 'password', 'displayName'),
    );
  });

  test('login and refresh refuse what is too long to be looked at', async () => {
    const login = (email: string, password: string) => bed.api.login({ email, password }, callBy());
    await assert.rejects(login('nobody@tiffin.example', 'x'.repeat(129)), violates('password'));
    await assert.rejects(login('x', ''), violates('email', 'password'));
    for (const refreshToken of ['', 'x'.repeat(101)]) {
      await assert.rejects(bed.api.refreshSession({ refreshToken }, callBy()), violates('refreshToken'));
      await assert.rejects(bed.api.logout({ refreshToken }, callBy()), violates('refreshToken'));
    }
  });

  test('the longest that is allowed is stored', async () => {
    const email = `${'x'.repeat(64)}@${'b'.repeat(186)}.de`;
    const longest = { email, password: 'x'.repeat(128), displayName: '🍜'.repeat(60) };
    const { session } = await bed.api.register(longest, callBy());
    assert.equal(session?.user?.displayName, longest.displayName);
    assert.equal(session?.user?.email, email);
  });

  test('hostile text stays text', async () => {
    for (const [n, text] of hostileTexts.entries()) {
      const email = `o'hara-${n}--@tiffin.example`;
      const { session } = await bed.api.register(
        { email, password: `password ${text}`, displayName: text },
        callBy(),
      );
      assert.equal(session?.user?.displayName, text);
      const again = await bed.api.login({ email, password: `password ${text}` }, callBy());
      assert.equal(again.session?.user?.displayName, text);
      await assert.rejects(bed.api.login({ email, password: `password ${text}x` }, callBy()));
      const lines = { label: text, street: text, city: text, postalCode: 'x', area: text };
      const call = callByUser(session?.user?.id ?? '');
      const { address } = await bed.api.addAddress({ idempotencyKey: text, lines }, call);
      assert.deepEqual(address?.lines, lines);
      await assert.rejects(
        bed.api.refreshSession({ refreshToken: text }, callBy()),
        failsWith('SESSION_EXPIRED'),
      );
    }
  });
});
