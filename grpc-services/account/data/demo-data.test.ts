import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { demoId } from '@tiffin/lib/demo/demo-id';
import { type EmbeddedPostgres, openEmbeddedPostgres } from '@tiffin/lib/engines/embedded-postgres';
import { Role } from '@tiffin/proto/gen/tiffin/account/v1/account';
import {
  type AccountHarness,
  callBy,
  callByService,
  openAccountHarness,
  registered,
} from '../account-harness.ts';
import { createScryptHasher } from '../domain/password-hash.ts';
import { demoAccounts, demoPassword, insertDemoData } from './demo-data.ts';

suite('demo data', () => {
  let embedded: EmbeddedPostgres;
  let account: AccountHarness;
  before(async () => {
    embedded = await openEmbeddedPostgres();
    account = await openAccountHarness({ embedded });
  });
  after(async () => {
    await account.close();
    await embedded.close();
  });

  const insert = async () => {
    const passwordHash = await createScryptHasher({ n: 2, r: 1, p: 1 }).hash(demoPassword);
    return account.database.transaction((em) => insertDemoData(em, passwordHash));
  };

  test('fill empty tables once', async () => {
    assert.equal(await insert(), true);
    assert.equal(await insert(), false);
    const [{ n } = { n: '' }] = await account.database.query<{ n: string }>(
      'select count(*) as n from account."user"',
    );
    assert.equal(n, '200');
  });

  test('hold three accounts to log in with, one for each role, with the ids that other services know', async () => {
    for (const [index, { email, password, role }] of demoAccounts.entries()) {
      const { session } = await account.api.login({ email, password }, callBy());
      assert.equal(session?.user?.id, String(demoId('user', index + 1)));
      assert.ok(session.user.roles.includes(Role[role]), `${email} ${session.user.roles}`);
    }
  });

  test('give the demo customer three addresses', async () => {
    const pages = [{ parentId: String(demoId('user', 1)), first: 10, after: undefined }];
    const answer = await account.api.batchListAddresses({ pages }, callByService);
    assert.equal(answer.pages[0]?.edges.length, 3);
  });

  test('make merchants of the users who own the demo shops', async () => {
    const ids = [2, 4, 5, 6, 7, 8, 9, 10].map((n) => String(demoId('user', n)));
    const { users } = await account.api.batchGetUsers({ ids }, callByService);
    for (const { user } of users) assert.ok(user?.roles.includes(Role.MERCHANT), user?.email);
  });

  test('leave tables alone that hold anybody', async () => {
    await account.database.query('truncate account."user" cascade');
    await registered(account);
    assert.equal(await insert(), false);
  });
});
