/**
 * What a service does in a process, each behind a door of its own: `api` answers rpcs, `jobs` handle events, and
 * `tasks` go on by themselves.
 */
export type Role = 'api' | 'jobs' | 'tasks';

/** In the order in which they are named to people. */
export const everyRole: readonly Role[] = ['api', 'jobs', 'tasks'];
