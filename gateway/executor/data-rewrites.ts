import type { FetchDataRewrite } from '@apollo/query-planner';
import type { Data } from './data.ts';
import { ownValue, setOwnValue } from './own-value.ts';
import type { TypeRelations } from './type-relations.ts';

/** Changes what goes into a fetch or came out of one, in place. */
export type Rewrite = (data: Data) => void;

const fragmentPrefix = '... on ';

/**
 * What the planner asks to change in the data of a fetch: the type name of an interface object on its way in, fields
 * that it had to ask for under another name on their way out.
 */
export function compileRewrites(
  rewrites: readonly FetchDataRewrite[] | undefined,
  types: TypeRelations,
): Rewrite | undefined {
  if (!rewrites?.length) return undefined;
  const compiled = rewrites.map((rewrite) => compileRewrite(rewrite, types));
  return (data) => {
    for (const rewrite of compiled) rewrite(data);
  };
}

function compileRewrite(rewrite: FetchDataRewrite, types: TypeRelations): Rewrite {
  const parents = rewrite.path.slice(0, -1);
  const key = rewrite.path.at(-1) ?? '';
  const change: Rewrite =
    rewrite.kind === 'ValueSetter'
      ? (data) => setOwnValue(data, key, rewrite.setValueTo)
      : (data) => rename(data, key, rewrite.renameKeyTo);
  return (data) => changeAt(data, parents, 0, types, change);
}

function rename(data: Data, from: string, to: string): void {
  const value = ownValue(data, from);
  if (value === undefined) return;
  setOwnValue(data, to, value);
  delete data[from];
}

function changeAt(
  value: unknown,
  path: readonly string[],
  at: number,
  types: TypeRelations,
  change: Rewrite,
): void {
  if (Array.isArray(value)) {
    for (const element of value) changeAt(element, path, at, types, change);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const data = value as Data;
  const step = path[at];
  if (step === undefined) {
    change(data);
    return;
  }
  if (!step.startsWith(fragmentPrefix)) {
    changeAt(ownValue(data, step), path, at + 1, types, change);
    return;
  }
  // An object without a type name was asked for under that condition, so it fits.
  const typename = ownValue(data, '__typename');
  if (typename === undefined || types.is(typename, step.slice(fragmentPrefix.length))) {
    changeAt(data, path, at + 1, types, change);
  }
}

/** Internal name → the name that the client knows, for the paths of errors. */
export function renamedKeys(rewrites: readonly FetchDataRewrite[] | undefined): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const rewrite of rewrites ?? []) {
    const key = rewrite.path.at(-1);
    if (rewrite.kind === 'KeyRenamer' && key !== undefined) names.set(key, rewrite.renameKeyTo);
  }
  return names;
}
