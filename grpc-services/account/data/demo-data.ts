import { demoId } from '@tiffin/lib/demo/demo-id';
import { DemoRandom } from '@tiffin/lib/demo/demo-random';
import type { Database } from '@tiffin/lib/engines/database';
import { fillEmptyTables } from '@tiffin/lib/engines/fill-empty-tables';
import type { Role } from '@tiffin/lib/identity/identity';
import { type Address, AddressEntity } from './address-entity.ts';
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

const userCount = 200;
const lastMerchantNo = 10;
const firstCreatedAtMs = Date.UTC(2025, 0, 1);

/**
 * Fills empty tables with 200 users and their addresses. All or nothing; tables that hold anybody are left alone. True
 * where it filled them.
 */
export function insertDemoData(database: Database, passwordHash: string): Promise<boolean> {
  return fillEmptyTables(database, ['account."user"'], async (em) => {
    await em.insertMany(UserEntity, demoUsers(passwordHash));
    await em.insertMany(AddressEntity, demoAddresses());
  });
}

/** Whether the tables hold anybody. */
export async function hasUsers(database: Database): Promise<boolean> {
  return (await database.query('select 1 from account."user" limit 1')).length > 0;
}

/** User 1 is the customer to log in as, 2 the merchant, 3 the administrator, 4 to 10 are more merchants. */
function demoUsers(passwordHash: string): NewUser[] {
  const random = new DemoRandom(11);
  return Array.from({ length: userCount }, (_, index): NewUser => {
    const n = index + 1;
    const name = `${random.pick(firstNames)} ${random.pick(lastNames)}`;
    const email = demoAccounts[index]?.email ?? `${asciiName(name)}.${n}@tiffin.example`;
    return {
      id: String(demoId('user', n)),
      email,
      emailKey: email,
      passwordHash,
      displayName: name,
      // Berlin numbers that are set aside for films.
      phone: random.next() < 0.7 ? `+493023125${String(n).padStart(3, '0')}` : null,
      roles: rolesOf(n),
      createdAt: new Date(firstCreatedAtMs + random.between(0, 365 * 24 * 60) * 60_000),
    };
  });
}

function rolesOf(n: number): Role[] {
  if (n === 3) return ['CUSTOMER', 'ADMIN'];
  return n > 1 && n <= lastMerchantNo ? ['CUSTOMER', 'MERCHANT'] : ['CUSTOMER'];
}

/** Three for user 1, up to two for everybody else. */
function demoAddresses(): Address[] {
  const random = new DemoRandom(12);
  const addresses: Address[] = [];
  for (let n = 1; n <= userCount; n++) {
    const count = n === 1 ? labels.length : random.between(0, 2);
    for (const label of labels.slice(0, count)) {
      addresses.push({
        id: String(demoId('address', addresses.length + 1)),
        userId: String(demoId('user', n)),
        label,
        street: `${random.pick(streets)} ${random.between(1, 140)}`,
        city: 'Berlin',
        postalCode: String(random.between(10_115, 10_999)),
        area: random.pick(areas),
      });
    }
  }
  return addresses;
}

function asciiName(name: string): string {
  return name
    .toLowerCase()
    .normalize('NFD')
    .replace(/[^a-z ]/g, '')
    .replace(' ', '.');
}

const labels = ['Home', 'Work', 'Parents'] as const;
const areas = ['Mitte', 'Nord', 'Süd', 'West', 'Ost'] as const;
const streets = [
  'Ahornweg',
  'Bergmannstraße',
  'Eichenallee',
  'Gartenstraße',
  'Hafenplatz',
  'Invalidenstraße',
  'Kastanienallee',
  'Lindenstraße',
  'Marktplatz',
  'Schillerstraße',
  'Torstraße',
  'Wiener Straße',
] as const;
const firstNames = [
  'Ada',
  'Aylin',
  'Ben',
  'Carla',
  'Deniz',
  'Elif',
  'Emil',
  'Fatima',
  'Finn',
  'Greta',
  'Hanna',
  'Ivan',
  'Jonas',
  'Kenji',
  'Lea',
  'Linh',
  'Marta',
  'Milan',
  'Noah',
  'Olga',
  'Paula',
  'Priya',
  'Samir',
  'Tomás',
] as const;
const lastNames = [
  'Albrecht',
  'Becker',
  'Costa',
  'Demir',
  'Engel',
  'Fischer',
  'García',
  'Haddad',
  'Ivanova',
  'Jansen',
  'Kaya',
  'Lindner',
  'Müller',
  'Nguyen',
  'Okafor',
  'Petrov',
  'Rossi',
  'Sato',
  'Schmidt',
  'Wójcik',
] as const;
