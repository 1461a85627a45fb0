import { parseArgs } from 'node:util';
import { AuditRefused } from './audit-refused.ts';

/** What is to be told: everything that is wrong, or what happened to one thing. */
export type AuditArguments =
  | { readonly about: 'everything' }
  | { readonly about: 'order' | 'goods'; readonly id: string };

const usage = `  npm run audit
    looks whether the books of all services balance, and agree with each other
  npm run audit -- --order ID
    tells what happened to an order, in all services
  npm run audit -- --goods ID
    tells how the stock of goods moved`;

const maxId = 2n ** 63n - 1n;

/** @throws AuditRefused */
export function readAuditArguments(args: readonly string[]): AuditArguments {
  const { order, goods } = parse(args);
  if (order !== undefined && goods !== undefined) throw refused('Either --order or --goods.');
  const id = order ?? goods;
  if (id === undefined) return { about: 'everything' };
  const about = order === undefined ? 'goods' : 'order';
  if (!/^[1-9]\d{0,18}$/.test(id) || BigInt(id) > maxId) throw refused(`--${about} ${id} is no id.`);
  return { about, id };
}

function parse(args: readonly string[]) {
  const options = { order: { type: 'string' }, goods: { type: 'string' } } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw refused((error as Error).message);
  }
}

const refused = (sentence: string) => new AuditRefused(`${sentence} Usage:\n${usage}`);
