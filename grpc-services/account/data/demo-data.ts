import { demoId } from '@tiffin/lib/demo/demo-id';
import { demoNowMs } from '@tiffin/lib/demo/demo-now';
import { DemoRandom } from '@tiffin/lib/demo/demo-random';
import type { Database } from '@tiffin/lib/engines/database';
import { fillEmptyTables } from '@tiffin/lib/engines/fill-empty-tables';
import { insertRows } from '@tiffin/lib/engines/insert-rows';
import type { Role } from '@tiffin/lib/identity/identity';
import { type Progress, pieceByPiece, silentProgress } from '@tiffin/lib/service/progress';
import { type Address, AddressEntity } from './address-entity.ts';
import { demoAddressLines } from './demo-address.ts';
import { firstNames, lastNames } from './demo-names.ts';
import { type DemoTopUp, demoTopUps, insertDemoTopUps } from './demo-wallets.ts';
import { type NewUser, UserEntity } from './user-entity.ts';

export interface DemoAccount {
  readonly email: string;
  readonly password: string;
  readonly role: Role;
}

/** Every demo user has this password, and so one hash serves them all. */
export const demoPassword = 'tiffin-demo';

/** The demo users 1, 2 and 3: whom one logs in as to look around. */
export const demoAccounts = [
  { email: 'customer@tiffin.example', password: demoPassword, role: 'CUSTOMER' },
  { email: 'merchant@tiffin.example', password: demoPassword, role: 'MERCHANT' },
  { email: 'admin@tiffin.example', password: demoPassword, role: 'ADMIN' },
] as const satisfies readonly DemoAccount[];

const userCount = 2_000;
const customerNo = 1;
const adminNo = 3;
const lastMerchantNo = 42;
/** They joined in the year before last, so that all they did came later. */
const firstCreatedAtMs = demoNowMs - 730 * 86_400_000;
const createdWithinMinutes = 365 * 24 * 60;

/**
 * Fills empty tables with 2,000 users, their addresses and their money. All or nothing; tables that hold anybody are left alone.
 * True where it filled them.
 */
export function insertDemoData(
  database: Database,
  passwordHash: string,
  progress: Progress = silentProgress,
): Promise<boolean> {
  return fillEmptyTables(database, ['account."user"'], async (em) => {
    const users = demoUsers(passwordHash);
    const addresses = demoAddresses();
    const topUps = demoMoney();
    const inserted = pieceByPiece(progress, users.length + addresses.length + topUps.length);
    await insertRows(em, UserEntity, users, inserted);
    await insertRows(em, AddressEntity, addresses, inserted);
    await insertDemoTopUps(em, topUps);
    inserted(topUps.length);
  });
}

/** Whether the tables hold anybody. */
export async function hasUsers(database: Database): Promise<boolean> {
  return (await database.query('select 1 from account."user" limit 1')).length > 0;
}

const numbersTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

/**
 * User 1 is the customer to log in as, 2 the merchant, 3 the administrator; 4 to 42 are more merchants, the others
 * customers.
 */
export function demoUsers(passwordHash: string): NewUser[] {
  return numbersTo(userCount).map((n): NewUser => {
    const random = DemoRandom.of('user', n);
    const name = `${random.pick(firstNames)} ${random.pick(lastNames)}`;
    const email = demoAccounts[n - 1]?.email ?? `${asciiName(name)}.${n}@tiffin.example`;
    return {
      id: String(demoId('user', n)),
      email,
      emailKey: email,
      passwordHash,
      displayName: name,
      // The thousand Berlin numbers that are set aside for films.
      phone: n % 2 === 1 ? `+493023125${String((n - 1) / 2).padStart(3, '0')}` : null,
      roles: rolesOf(n),
      createdAt: new Date(firstCreatedAtMs + random.between(0, createdWithinMinutes) * 60_000),
    };
  });
}

function rolesOf(n: number): Role[] {
  if (n === adminNo) return ['CUSTOMER', 'ADMIN'];
  return n > customerNo && n <= lastMerchantNo ? ['CUSTOMER', 'MERCHANT'] : ['CUSTOMER'];
}

/** Three for user 1, one or two for everybody else. */
export function demoAddresses(): Address[] {
  return numbersTo(userCount).flatMap((n) => {
    const hasTwo = DemoRandom.of('address count', n).next() < 0.6;
    const places = n === customerNo ? ([0, 1, 2] as const) : hasTwo ? ([0, 1] as const) : ([0] as const);
    return places.map((place) => ({
      id: String(demoId('address', 3 * n + place)),
      userId: String(demoId('user', n)),
      ...demoAddressLines(n, place),
    }));
  });
}

/** Of all users. */
export function demoMoney(): DemoTopUp[] {
  return numbersTo(userCount).flatMap(demoTopUps);
}

function asciiName(name: string): string {
  return name
    .toLowerCase()
    .normalize('NFD')
    .replace(/[^a-z ]/g, '')
    .replace(' ', '.');
}
