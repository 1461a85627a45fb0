import type { AddressLines } from '../data/address-entity.ts';

export type { Address, AddressLines } from '../data/address-entity.ts';

export const maxAddressesOfUser = 20;

/** The longest text of each line, in characters. */
export const maxLineChars = {
  label: 40,
  street: 120,
  city: 80,
  postalCode: 16,
  area: 60,
} as const satisfies Record<keyof AddressLines, number>;

/** The lines without blanks at their ends. */
export function trimmedLines({ label, street, city, postalCode, area }: AddressLines): AddressLines {
  return {
    label: label.trim(),
    street: street.trim(),
    city: city.trim(),
    postalCode: postalCode.trim(),
    area: area.trim(),
  };
}
