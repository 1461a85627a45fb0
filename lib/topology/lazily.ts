/**
 * The `start` of a module that is loaded when it is called: a process pays at its start for the components that it
 * runs, not for all that there are.
 */
export function lazily<Platform, Started>(
  load: () => Promise<{ readonly start: (platform: Platform) => Started | Promise<Started> }>,
): (platform: Platform) => Promise<Started> {
  return async (platform) => {
    const { start } = await load();
    return start(platform);
  };
}
