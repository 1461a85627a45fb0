import { circles } from './circles.ts';
import { inputs } from './inputs.ts';
import { interfaceObjects } from './interface-objects.ts';
import { interfaces } from './interfaces.ts';
import { listsOfLists } from './lists-of-lists.ts';
import { mutations } from './mutations.ts';
import { nestedLists } from './nested-lists.ts';
import { overrides } from './overrides.ts';
import { requiresChains } from './requires-chains.ts';
import { requiresInputs } from './requires-inputs.ts';
import { severalKeys } from './several-keys.ts';
import { sharedValues } from './shared-values.ts';
import type { SupergraphSource } from './supergraph-source.ts';
import { unions } from './unions.ts';

export const allSupergraphs: readonly SupergraphSource[] = [
  interfaces,
  unions,
  interfaceObjects,
  requiresChains,
  requiresInputs,
  sharedValues,
  overrides,
  severalKeys,
  nestedLists,
  listsOfLists,
  inputs,
  mutations,
  circles,
];
