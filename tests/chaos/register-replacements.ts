import { registerHooks } from 'node:module';

/**
 * Has this process load other modules in place of some of the product's. Paths of originals begin at the top of the
 * repository, those of replacements at `base`. A replacement stands on what it replaces, and may import it.
 */
export function registerReplacements(replaced: Readonly<Record<string, string>>, base: string): void {
  const replacements = new Map(
    Object.entries(replaced).map(([original, replacement]) => [
      new URL(`../../${original}`, import.meta.url).href,
      new URL(replacement, base).href,
    ]),
  );
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const resolved = nextResolve(specifier, context);
      const url = replacements.get(resolved.url);
      return url === undefined || url === context.parentURL ? resolved : { ...resolved, url };
    },
  });
}
