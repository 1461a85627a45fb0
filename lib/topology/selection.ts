import { everyRole, type Role } from '../service/role.ts';
import type { Topology, TopologyComponent } from './topology.ts';

/** What a process runs: component name → its roles there. Gateways and subgraphs have none. In the topology's order. */
export type Selection = ReadonlyMap<string, readonly Role[]>;

/** Component name → all roles that it has. */
export type RolesOf = Readonly<Record<string, readonly Role[]>>;

export function rolesOf(topology: Topology): RolesOf {
  const rolesOfOne = (component: TopologyComponent) => (component.kind === 'service' ? component.roles : []);
  return Object.fromEntries(
    Object.entries(topology).map(([name, component]) => [name, rolesOfOne(component)]),
  );
}

/**
 * Reads `order`, which is all of it, and `order:jobs`, a role of it.
 * @throws Error with a sentence on a component or a role that there is not.
 */
export function select(known: RolesOf, names: readonly string[]): Selection {
  const chosen = new Map<string, Set<Role>>();
  for (const text of names) {
    const [name = '', role] = splitOnce(text);
    const roles = Object.hasOwn(known, name) ? known[name] : undefined;
    if (!roles)
      throw new Error(`There is no component "${name}". There are: ${Object.keys(known).join(', ')}.`);
    const taken = chosen.get(name) ?? new Set();
    for (const one of role === undefined ? roles : [checkedRole(name, role, roles)]) taken.add(one);
    chosen.set(name, taken);
  }
  const inOrder = Object.keys(known).filter((name) => chosen.has(name));
  return new Map(inOrder.map((name) => [name, everyRole.filter((role) => chosen.get(name)?.has(role))]));
}

/** Whether everything is selected that there is. */
export function isWhole(known: RolesOf, selection: Selection): boolean {
  return Object.entries(known).every(([name, roles]) => selection.get(name)?.length === roles.length);
}

/** As a person would ask for it: `order`, or `order:jobs, order:tasks`. */
export function describeSelection(known: RolesOf, selection: Selection): string[] {
  return [...selection].flatMap(([name, roles]) =>
    roles.length === known[name]?.length ? [name] : roles.map((role) => `${name}:${role}`),
  );
}

function splitOnce(text: string): [string, string | undefined] {
  const colon = text.indexOf(':');
  return colon === -1 ? [text, undefined] : [text.slice(0, colon), text.slice(colon + 1)];
}

function checkedRole(name: string, role: string, roles: readonly Role[]): Role {
  const found = roles.find((one) => one === role);
  if (found) return found;
  const has = roles.length === 0 ? 'It runs whole.' : `It has: ${roles.join(', ')}.`;
  throw new Error(`${name} has no role "${role}". ${has}`);
}
