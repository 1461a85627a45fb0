import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import { olderThan } from '../access-test-bed.ts';
import { compileRules } from './access-rules.ts';
import { compiledMs, createRuleCache } from './rule-cache.ts';

test('rules are compiled once for each flash sale and version, and anew after five minutes', () => {
  const clock = new VirtualClock();
  let compiled = 0;
  const cache = createRuleCache(clock, (rules) => {
    compiled++;
    return compileRules(rules);
  });
  const rules = [olderThan(1)];
  const first = cache('1', 1, rules);
  assert.equal(cache('1', 1, rules), first);
  clock.jump(compiledMs - 1);
  assert.equal(cache('1', 1, rules), first);
  assert.equal(compiled, 1);
  cache('1', 2, rules);
  cache('11', 1, rules);
  assert.equal(compiled, 3);
  clock.jump(1);
  assert.notEqual(cache('1', 1, rules), first);
  assert.equal(compiled, 4);
});

test('a thousand are remembered, and those that nobody asks for make room', () => {
  let compiled = 0;
  const cache = createRuleCache(new VirtualClock(), (rules) => {
    compiled++;
    return compileRules(rules);
  });
  for (let sale = 0; sale < 1_001; sale++) cache(String(sale), 1, []);
  cache('1000', 1, []);
  assert.equal(compiled, 1_001);
  cache('0', 1, []);
  assert.equal(compiled, 1_002);
});
