import type { EntityManager } from '@mikro-orm/postgresql';
import { bigintArray } from '@tiffin/lib/engines/bigint-array';
import type { Database } from '@tiffin/lib/engines/database';
import type { Page } from '@tiffin/lib/paging/page';
import {
  type ParentPage,
  parentPagesParameters,
  parentPagesTable,
  toParentPages,
} from '@tiffin/lib/paging/parent-pages';
import type { Address, AddressLines } from './address-entity.ts';

const columns = 'id, user_id, label, street, city, postal_code, area';

/** The addresses that exist among the ids, in no order. */
export async function findAddresses(database: Database, ids: readonly string[]): Promise<Address[]> {
  const sql = `select ${columns} from account.address where id = any(?::bigint[])`;
  return (await database.query<AddressRow>(sql, [bigintArray(ids)])).map(toAddress);
}

/** Pages of the addresses of several users, oldest first, in one statement. */
export async function findAddressPages(
  database: Database,
  pages: readonly ParentPage[],
): Promise<Page<Address>[]> {
  const rows = await database.query<AddressRow & { page_no: string }>(
    `select page.page_no, found.*
     from ${parentPagesTable}
     cross join lateral (
       select ${columns} from account.address
       where address.user_id = page.parent_id and address.id > page.after_id
       order by address.user_id, address.id
       limit page.max_items
     ) as found
     order by page.page_no, found.id`,
    parentPagesParameters(pages, 'rising ids'),
  );
  return toParentPages(pages, rows, toAddress);
}

/**
 * Whether the address was inserted: false where the user has `maxAddresses` already. The caller holds the user's lock;
 * without it two inserts at the same time would both find room for the last one.
 */
export async function insertAddress(
  em: EntityManager,
  address: Address,
  maxAddresses: number,
): Promise<boolean> {
  const { id, userId, label, street, city, postalCode, area } = address;
  const rows = await em.execute<unknown[]>(
    `insert into account.address (${columns})
     select ?::bigint, ?::bigint, ?, ?, ?, ?, ?
     where (select count(*) from account.address where user_id = ?) < ?
     returning id`,
    [id, userId, label, street, city, postalCode, area, userId, maxAddresses],
  );
  return rows.length > 0;
}

/** The changed address, or undefined where the user has no such address. */
export async function changeAddress(
  em: EntityManager,
  userId: string,
  id: string,
  lines: AddressLines,
): Promise<Address | undefined> {
  const rows = await em.execute<AddressRow[]>(
    `update account.address set label = ?, street = ?, city = ?, postal_code = ?, area = ?
     where id = ? and user_id = ?
     returning ${columns}`,
    [lines.label, lines.street, lines.city, lines.postalCode, lines.area, id, userId],
  );
  return rows.map(toAddress)[0];
}

/** Whether the user had such an address. */
export async function deleteAddress(em: EntityManager, userId: string, id: string): Promise<boolean> {
  const sql = 'delete from account.address where id = ? and user_id = ? returning id';
  return (await em.execute<unknown[]>(sql, [id, userId])).length > 0;
}

interface AddressRow {
  readonly id: string;
  readonly user_id: string;
  readonly label: string;
  readonly street: string;
  readonly city: string;
  readonly postal_code: string;
  readonly area: string;
}

function toAddress(row: AddressRow): Address {
  return {
    id: row.id,
    userId: row.user_id,
    label: row.label,
    street: row.street,
    city: row.city,
    postalCode: row.postal_code,
    area: row.area,
  };
}
