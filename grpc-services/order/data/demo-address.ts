import { demoList } from '@tiffin/lib/demo/demo-list';
import { DemoRandom } from '@tiffin/lib/demo/demo-random';
import type { DeliveryAddress } from './order-entity.ts';

// A copy of the account service's file, so that demo orders went where their customers live.
// A test over the whole platform compares them.

const labels = ['Home', 'Work', 'Parents'] as const;

/** The lines of a demo user's address; place 0 is the home. */
export function demoAddressLines(userNo: number, place: 0 | 1 | 2): DeliveryAddress {
  const random = DemoRandom.of('address', 3 * userNo + place);
  const [area, firstPostalCode, lastPostalCode] = random.pick(areas);
  return {
    label: labels[place],
    street: `${random.pick(streets)} ${random.between(1, 140)}`,
    city: 'Berlin',
    postalCode: String(random.between(firstPostalCode, lastPostalCode)),
    area,
  };
}

type PostalArea = readonly [name: string, firstPostalCode: number, lastPostalCode: number];

const areas: readonly [PostalArea, ...PostalArea[]] = [
  ['Mitte', 10_115, 10_119],
  ['Nord', 13_347, 13_359],
  ['Süd', 12_043, 12_059],
  ['West', 10_585, 10_589],
  ['Ost', 10_243, 10_249],
];

const streets = demoList(
  'Ahornweg, Bergmannstraße, Birkenallee, Brunnenstraße, Eichenallee, Gartenstraße, Hafenplatz, Invalidenstraße, Kastanienallee, Kirchgasse, Lindenstraße, Marktplatz, Mühlenweg, Rosenstraße, Schillerstraße, Sonnenallee, Torstraße, Ulmenweg, Weserstraße, Wiener Straße',
);
