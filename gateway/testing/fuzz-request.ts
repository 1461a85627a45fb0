import { DemoRandom } from '@tiffin/lib/demo/demo-random';
import { hostileDocuments } from './hostile-documents.ts';

/** A request as a client would put it into a body: any part of it may be nonsense. */
export interface FuzzRequest {
  readonly query: unknown;
  readonly operationName?: unknown;
  readonly variables?: unknown;
}

export interface FuzzSources {
  /** Texts to mutate: one at least. */
  readonly texts: readonly [string, ...string[]];
  /** Names of the schema that mutants may come upon. */
  readonly names: readonly [string, ...string[]];
}

type Parts = readonly [string, ...string[]];

const punctuation: Parts = [
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  ':',
  '=',
  '!',
  '|',
  '&',
  '$',
  '@',
  '...',
  '"',
  '"""',
  '#',
  ',',
];
const odd: Parts = [
  '2147483648',
  '-99999999999999999999',
  '1e400',
  '0.5',
  'null',
  'true',
  '""',
  '"\\u0000"',
  '"\\ud800"',
  '"\u202e\u0000"',
  '😀',
  '\ufeff',
  'ſ',
  '__proto__',
  'constructor',
  '__typename',
  '__schema',
  '__type(name: "Shop")',
  '@skip(if: true)',
  '@include(if: $x)',
  '@nothing',
  '... on Shop',
  '...F',
  'first: 100',
  'first: -1',
  'first: 2147483647',
  'after: "x"',
  'id: "1"',
  '$representations',
  'on',
  'fragment',
  'query',
  'mutation',
  'subscription',
];
const values: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  2_147_483_648,
  1e300,
  Number.MAX_SAFE_INTEGER,
  '',
  'x',
  '1',
  '313230622827',
  '\u0000',
  '\ud800',
  '😀'.repeat(50),
  [],
  [[[]]],
  {},
  { id: '1' },
  { __proto__: null },
  { constructor: 1 },
  [null],
  'x'.repeat(10_000),
];

/** The n-th request of a seed: always the same one. */
export function fuzzRequest(n: number, seed: number, sources: FuzzSources): FuzzRequest {
  const random = DemoRandom.of(`fuzz ${seed}`, n);
  const query = random.next() < 0.2 ? random.pick(hostileDocuments)(random) : mutant(random, sources);
  if (random.next() < 0.02) return oddBody(random, query);
  return {
    query,
    ...(random.next() < 0.1 && { operationName: random.pick(['', 'MyOrders', 'A', 'x'.repeat(1_000)]) }),
    variables: variablesFor(query, random),
  };
}

function oddBody(random: DemoRandom, query: string): FuzzRequest {
  const any = () => values[random.between(0, values.length - 1)];
  return random.pick<FuzzRequest>([
    { query: any() },
    { query, variables: any() },
    { query, operationName: any() },
    { query: '' },
  ]);
}

/** Values for each variable that the text seems to have, of shapes that mostly do not fit, and some that nobody asked for. */
function variablesFor(query: string, random: DemoRandom): Record<string, unknown> {
  const names = new Set(
    [...query.slice(0, 10_000).matchAll(/\$(\w+)/g)].map(([, name]) => name ?? '').slice(0, 50),
  );
  const variables: Record<string, unknown> = {};
  for (const name of names) if (random.next() < 0.8) variables[name] = value(random);
  if (random.next() < 0.05) variables['extra'] = value(random);
  return variables;
}

function value(random: DemoRandom): unknown {
  const kind = random.next();
  if (kind < 0.85) return values[random.between(0, values.length - 1)];
  if (kind < 0.9) return nestedLists(random.between(1, 2_000));
  if (kind < 0.95) return Array.from({ length: random.between(1, 20_000) }, (_, index) => index);
  return Object.fromEntries(
    Array.from({ length: random.between(1, 2_000) }, (_, index) => [`k${index}`, { v: index }]),
  );
}

function nestedLists(depth: number): unknown {
  let list: unknown[] = [];
  for (let level = 0; level < depth; level++) list = [list];
  return list;
}

/** One of the texts with up to five mistakes in it; now and then with none. */
function mutant(random: DemoRandom, { texts, names }: FuzzSources): string {
  let tokens = tokensOf(random.pick(texts));
  const mistakes = random.pick(['0', '2', '2', '3', '3', '4', '5', '6']);
  for (let count = Number(mistakes); count > 0; count--) tokens = mutate(tokens, random, texts, names);
  return tokens.join(' ');
}

const tokensOf = (text: string): string[] =>
  text.match(/"""[\s\S]*?"""|"(?:[^"\\]|\\.)*"|\.\.\.|[\w$@-]+|\S/g) ?? [''];

function mutate(tokens: string[], random: DemoRandom, texts: Parts, names: Parts): string[] {
  const at = random.between(0, Math.max(0, tokens.length - 1));
  const end = Math.min(tokens.length, at + random.between(1, 12));
  switch (random.between(0, 11)) {
    case 0:
      return tokens.toSpliced(at, 1);
    case 1:
      return tokens.toSpliced(at, end - at);
    case 2:
      return tokens.toSpliced(at, 0, ...tokens.slice(at, end));
    case 3:
      return tokens.toSpliced(at, 1, random.pick(names));
    case 4:
      return tokens.toSpliced(at, 0, random.pick(names));
    case 5:
      return tokens.toSpliced(at, 0, random.pick(punctuation));
    case 6:
      return tokens.toSpliced(at, 1, random.pick(odd));
    case 7:
      return tokens.toSpliced(at, 0, random.pick(odd));
    case 8:
      return tokens.slice(0, at);
    case 9:
      return [...tokens, ...tokensOf(random.pick(texts))];
    case 10:
      return tokens.map((token) =>
        /^\d+$/.test(token) && random.next() < 0.5 ? String(random.between(0, 120)) : token,
      );
    default:
      return withAlias(tokens, at, random);
  }
}

/** Stays valid more often than not. */
function withAlias(tokens: string[], from: number, random: DemoRandom): string[] {
  const at = tokens.findIndex(
    (token, index) => index >= from && /^[a-z]\w*$/.test(token) && tokens[index + 1] !== ':',
  );
  if (at <= 0) return tokens;
  return tokens.toSpliced(at, 0, `a${random.between(0, 99)}`, ':');
}
