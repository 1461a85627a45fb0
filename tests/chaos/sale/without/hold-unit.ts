import { type HeldUnit, holdUnit as hold } from '@tiffin/activity/data/hold-unit';
import { cut } from '../layers.ts';

export type { HeldUnit };

type Hold = typeof hold;

/** Takes a unit away whether there is one or not. */
export const holdUnit: Hold = (em, claim, atMs) => {
  const execute = (sql: string, parameters: unknown[]) =>
    em.execute(cut(sql, 'and left_units >= 1'), parameters);
  return hold({ execute } as Parameters<Hold>[0], claim, atMs);
};
