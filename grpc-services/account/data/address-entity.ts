import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

export const AddressEntity = defineEntity({
  name: 'Address',
  schema: 'account',
  tableName: 'address',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    userId: p.bigint('string'),
    label: p.text(),
    street: p.text(),
    city: p.text(),
    postalCode: p.text(),
    area: p.text(),
  },
});

type AddressRow = InferEntity<typeof AddressEntity>;

/** A place for deliveries. */
export type Address = Readonly<Pick<AddressRow, Exclude<keyof AddressRow, symbol>>>;

/** What the user writes. */
export type AddressLines = Omit<Address, 'id' | 'userId'>;
