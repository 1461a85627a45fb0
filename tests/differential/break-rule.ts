import { registerHooks } from 'node:module';
import type { Mutant } from './mutants.ts';

/**
 * For `node --import`, with the mutant as JSON in MUTANT: this process, and no file, has the rule broken.
 *
 * @throws Error where the mutant does not fit the source any more.
 */
const { name, file, find, replace } = JSON.parse(process.env['MUTANT'] ?? '') as Mutant;
const url = new URL(`../../${file}`, import.meta.url).href;

registerHooks({
  load(loaded, context, nextLoad) {
    const module = nextLoad(loaded, context);
    if (loaded !== url) return module;
    const source = String(module.source);
    const times = source.split(find).length - 1;
    if (times !== 1)
      throw new Error(`"${name}" is stale: its text stands ${times} times in ${file}, not once.`);
    return { ...module, source: source.replace(find, () => replace) };
  },
});
