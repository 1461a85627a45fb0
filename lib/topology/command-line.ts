/** What the command line asks for. */
export type Command =
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'refused'; readonly sentence: string }
  | { readonly kind: 'run'; readonly components: readonly string[]; readonly isWhole: boolean };

/** Reads the arguments after `npm start --`. Without any, the whole platform runs. */
export function readCommandLine(args: readonly string[], known: readonly string[]): Command {
  const [first, ...others] = args;
  if (first === undefined) return { kind: 'run', components: known, isWhole: true };
  if (first === '--help' || first === '-h') return { kind: 'help', text: helpText(known) };
  const list =
    first === '--run' ? others[0] : first.startsWith('--run=') ? first.slice('--run='.length) : undefined;
  const surplus = first === '--run' ? others.slice(1) : others;
  if (first === '--run' && list === undefined) {
    return { kind: 'refused', sentence: `--run needs names of components: ${known.join(', ')}.` };
  }
  if (list === undefined || surplus.length > 0) {
    return { kind: 'refused', sentence: `Unknown argument "${surplus[0] ?? first}". Try --help.` };
  }
  const components = [...new Set(list.split(',').map((name) => name.trim()))];
  const unknown = components.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    return {
      kind: 'refused',
      sentence: `There is no component "${unknown}". There are: ${known.join(', ')}.`,
    };
  }
  return { kind: 'run', components, isWhole: components.length === known.length };
}

function helpText(known: readonly string[]): string {
  return `npm start                         the whole platform in this process, on embedded engines
npm start -- --run NAME[,NAME]    some components; the others are reached by URL

Components: ${known.join(', ')}
A subgraph is named <name>-subgraph, a service by its plain name.

In a split process every component listens. Set
  DATABASE_URL, REDIS_URL           engines that the processes share
  SHOP_URL=host:5002                where the service shop listens (gRPC)
  SHOP_SUBGRAPH_URL=http://host:4001/graphql   where a subgraph listens
  PORT, SHOP_PORT, …                another port than the default
  INTERNAL_TOKEN_SECRET, TOKEN_SIGNING_KEY, TOKEN_VERIFY_KEYS
                                    secrets that they share: npm run -s keys > keys.env
docs/configuration.md lists every variable.`;
}
