import { saleScripts as original } from '@tiffin/activity/data/sale-scripts';
import { cut } from '../layers.ts';

const without = (process.env['SALE_WITHOUT'] ?? '').split(',');

/** Knows nobody again, or promises as many units as are asked for. */
function meddled(lua: string): string {
  let text = lua;
  if (without.includes('dedupe')) text = cut(text, 'if ticket then', 'if false then');
  if (without.includes('amount')) {
    text = cut(text, 'if tonumber(left) < tonumber(ARGV[5]) then return {3} end');
    text = cut(text, "redis.call('DECRBY', KEYS[1], ARGV[5])");
  }
  return text;
}

const { salePromise } = original;
export const saleScripts = { ...original, salePromise: { ...salePromise, lua: meddled(salePromise.lua) } };
