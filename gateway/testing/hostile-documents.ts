import type { DemoRandom } from '@tiffin/lib/demo/demo-random';

type Template = (random: DemoRandom) => string;

const repeat = (times: number, part: (index: number) => string): string =>
  Array.from({ length: times }, (_, index) => part(index)).join(' ');
/** Small more often than large: what is beyond a limit soon costs nothing. */
const size = (random: DemoRandom, largest: number) => Math.max(1, Math.floor(largest * random.next() ** 4));

/** Attacks on whoever reads, validates, plans or runs a document of the platform's schema, each of random size. */
export const hostileDocuments: readonly [Template, ...Template[]] = [
  (r) => '{'.repeat(size(r, 20_000)),
  (r) => `{ shop(id: ${'['.repeat(size(r, 20_000))}`,
  (r) => nestedShops(size(r, 40)),
  (r) => `{ ${repeat(size(r, 4_000), (n) => `a${n}: __typename`)} }`,
  (r) => `{ ${repeat(size(r, 200), (n) => `a${n}: shop(id: "${n}") { id name }`)} }`,
  (r) => `{ ${repeat(size(r, 9_990), () => '__typename')} }`,
  (r) => `{ ${repeat(size(r, 1_400), (n) => `shop(id: ${n}) { id }`)} }`,
  (r) => `{ shop(id: 1) { ${repeat(size(r, 2_000), () => '... on Shop { id }')} } }`,
  (r) => spreadAll(size(r, 900)),
  (r) => chain(size(r, 1_000), (n) => `...F${n}`),
  (r) => chain(size(r, 400), (n) => `...F${n} ...F${n}`),
  (r) => chain(size(r, 60), (n) => `a: __typename ... on Query { ...F${n} } ...F${n}`),
  (r) => aliasedFragments(size(r, 30)),
  (r) => introspection(size(r, 30)),
  (r) =>
    `{ ...F0 } ${repeat(size(r, 500), (n) => `fragment F${n} on Query { ...F${(n * 7 + 1) % 97} ...F${n + 1} }`)}`,
  (r) =>
    `{ ...A } fragment A on Query { shop(id: 1) { ...B } } fragment B on Shop { owner { ...C } } fragment C on User { favourite { ...B } ${'x '.repeat(size(r, 100))} }`,
  (r) => `${repeat(size(r, 400), (n) => `query Q${n} { ...F }`)} fragment F on Query { __typename }`,
  (r) => `query (${repeat(size(r, 1_500), (n) => `$v${n}: Int = ${n}`)}) { __typename }`,
  (r) => `query ($a: ${'['.repeat(size(r, 3_000))}Int) { __typename }`,
  (r) =>
    `query ($n: Int!) { shops(first: $n) { edges { node { goods(first: $n) { edges { node { name } } } } } } ${'__typename '.repeat(size(r, 50))} }`,
  (r) =>
    `{ shops(first: 100) { edges { node { goods(first: 100) { edges { node { shop { goods(first: ${size(r, 200)}) { edges { node { id } } } } } } } } } } }`,
  (r) => `{ shop(id: "${'x'.repeat(size(r, 140_000))}") { id } }`,
  (r) => `{ shop(id: """${'\n x'.repeat(size(r, 40_000))}""") { id } }`,
  (r) => `{ shop(id: "${'\\u0041'.repeat(size(r, 20_000))}") { id } }`,
  (r) => `{ shop(id: "${'😀\u202e'.repeat(size(r, 20_000))}`,
  (r) => `{ ${'x'.repeat(size(r, 130_000))} }`,
  (r) => `{ ${'#\n'.repeat(size(r, 65_000))} ${repeat(20, (n) => `f${n}`)} }`,
  (r) =>
    `${'\n'.repeat(size(r, 9_000))} { shop(id: 1) { id } ${repeat(40, () => 'shop: shops(first: 1) { id }')} }`,
  (r) => `{ ${','.repeat(size(r, 130_000))} __typename }`,
  (r) => `{ __typename ${repeat(size(r, 1_600), () => '@include(if: true)')} }`,
  (r) => `{ __typename ${repeat(size(r, 3_000), (n) => `@x${n}`)} }`,
  (r) => `{ ${repeat(size(r, 3_000), (n) => `nme${n}`)} }`,
  (r) => `{ shop(${repeat(size(r, 2_000), (n) => `id${n}: 1`)}) { id } }`,
  (r) =>
    `mutation { ${repeat(size(r, 120), (n) => `m${n}: login(input: { email: "a${n}@b.c", password: "x" }) { __typename }`)} }`,
  (r) =>
    `mutation { placeOrder(input: { idempotencyKey: "k", items: [${repeat(size(r, 900), (n) => `{goodsId: "${n}", quantity: 99999999999}`)}] }) { __typename } }`,
  (r) => `subscription { ${repeat(size(r, 30), (n) => `s${n}: orderChanged(id: "${n}") { id }`)} }`,
  (r) =>
    `query ($x: Boolean!) { ${repeat(size(r, 60), (n) => `a${n}: shop(id: ${n}) @include(if: $x) { id @skip(if: $x) name }`)} }`,
  (r) =>
    `{ me { ...U } } fragment U on User { ${repeat(size(r, 60), (n) => `o${n}: orders(first: 2) { edges { node { id items(first: 2) { edges { node { goods { name shop { name owner { displayName } } } } } } } } }`)} }`,
  (r) =>
    `{ shop(id: 1) { ${repeat(size(r, 170), () => 'goods(first: 1) { edges { node { shop { id name } } } }')} } }`,
  (r) => `{ __typename } ${unusedFragments(size(r, 200), size(r, 4_000))}`,
  (r) =>
    `{ shop(id: 1) { ${repeat(size(r, 170), (n) => `goods(first: ${n}) { edges { node { shop { id name } } } }`)} } }`,
];

const nestedShops = (levels: number) =>
  `{ shops(first: 1) { edges { node { ${'goods(first: 1) { edges { node { shop { '.repeat(levels)}id${' } } } }'.repeat(levels)} } } } }`;

const spreadAll = (count: number) =>
  `{ ${repeat(count, (n) => `...F${n}`)} } ${repeat(count, (n) => `fragment F${n} on Query { __typename }`)}`;

const chain = (length: number, spread: (next: number) => string) =>
  `{ ...F0 } ${repeat(length, (n) => `fragment F${n} on Query { ${spread(n + 1)} }`)} fragment F${length} on Query { __typename }`;

const aliasedFragments = (length: number) =>
  `{ shop(id: 1) { ...F0 } } ${repeat(length, (n) => `fragment F${n} on Shop { a: goods(first: 1) { edges { node { shop { ...F${n + 1} } } } } b: goods(first: 1) { edges { node { shop { ...F${n + 1} } } } } }`)} fragment F${length} on Shop { id }`;

const unusedFragments = (count: number, selections: number) =>
  `${repeat(count, (n) => `fragment U${n} on Shop { ...U }`)} fragment U on Shop { ${repeat(selections, () => 'owner { id }')} }`;

const introspection = (length: number) =>
  `{ __schema { types { ...F0 } } } ${repeat(length, (n) => `fragment F${n} on __Type { a: ofType { ...F${n + 1} } b: ofType { ...F${n + 1} } }`)} fragment F${length} on __Type { name fields { name } }`;
