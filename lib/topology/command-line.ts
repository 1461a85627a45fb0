import { portVariable } from './process-config.ts';
import { type RolesOf, type Selection, select } from './selection.ts';

/** What the command line asks for. */
export type Command =
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'refused'; readonly sentence: string }
  | RunCommand;

export interface RunCommand {
  readonly kind: 'run';
  readonly selection: Selection;
  /** The supergraph of a gateway that stands alone; undefined for components of the platform. */
  readonly supergraphFile: string | undefined;
  /** Variables that arguments set: they come before those of the environment. */
  readonly variables: Readonly<Record<string, string>>;
}

/** What each argument needs, in any order; completes "--run needs …". */
const needs = {
  '--run': 'names of components',
  '--supergraph': 'the path of a supergraph file',
  '--port': 'a number from 0 to 65535',
};
type Argument = keyof typeof needs;
type Arguments = Partial<Record<Argument, string>>;

/** A sentence on what is wrong with the arguments. */
class Refusal extends Error {}

/** Reads the arguments after `npm start --`. Without any, the whole platform runs. */
export function readCommandLine(args: readonly string[], known: RolesOf): Command {
  if (args.includes('--help') || args.includes('-h')) return { kind: 'help', text: helpText(known) };
  try {
    return commandOf(readArguments(args, known), known);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { kind: 'refused', sentence: error.message };
  }
}

/** `--name value` and `--name=value`. */
function readArguments(args: readonly string[], known: RolesOf): Arguments {
  const given: Arguments = {};
  const left = [...args];
  for (let arg = left.shift(); arg !== undefined; arg = left.shift()) {
    const [, name = '', inline] = /^([^=]*)(?:=(.*))?$/s.exec(arg) ?? [];
    if (!Object.hasOwn(needs, name)) throw new Refusal(`Unknown argument "${arg}". Try --help.`);
    const argument = name as Argument;
    if (given[argument] !== undefined) throw new Refusal(`${name} is given twice: keep one of them.`);
    const value = inline ?? (left[0]?.startsWith('--') ? undefined : left.shift());
    if (!value) {
      const which = argument === '--run' ? `: ${Object.keys(known).join(', ')}` : '';
      throw new Refusal(`${name} needs ${needs[argument]}${which}.`);
    }
    given[argument] = value;
  }
  return given;
}

function commandOf(given: Arguments, known: RolesOf): RunCommand {
  const selection = selectionOf(given['--run']?.split(',') ?? Object.keys(known), known);
  const supergraphFile = given['--supergraph'];
  if (supergraphFile !== undefined && !(given['--run'] && [...selection.keys()].join() === 'gateway')) {
    throw new Refusal('--supergraph is for a gateway alone: write --run gateway --supergraph FILE.');
  }
  const port = given['--port'];
  const variables = port === undefined ? {} : { [listenerOf(selection)]: checkedPort(port) };
  return { kind: 'run', selection, supergraphFile, variables };
}

function selectionOf(names: readonly string[], known: RolesOf): Selection {
  try {
    return select(
      known,
      names.map((name) => name.trim()),
    );
  } catch (error) {
    throw new Refusal((error as Error).message);
  }
}

/** The variable that `--port` stands for: the gateway's, or that of the one component asked for. */
function listenerOf(selection: Selection): string {
  const components = [...selection.keys()];
  const [listener, another] = components.includes('gateway') ? ['gateway'] : components;
  if (listener !== undefined && another === undefined) return portVariable(listener);
  const variables = components.map(portVariable).join(', ');
  throw new Refusal(`--port is for the gateway, or for one component alone: set ${variables} instead.`);
}

function checkedPort(text: string): string {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return text;
  throw new Refusal(`--port needs ${needs['--port']}, not "${text}".`);
}

function helpText(known: RolesOf): string {
  return `npm start                         the whole platform in this process, on embedded engines
npm start -- --run NAME[,NAME]    some components; the others are reached by URL
npm start -- --run NAME:ROLE      a role of a service; NAME alone is all of its roles
npm start -- --run gateway --supergraph FILE
                                  the gateway alone, over the subgraphs of any Federation 2 supergraph
            --port N              where the gateway listens, or the one component that runs; 0 takes a free port

Components: ${Object.keys(known).join(', ')}
A subgraph is named <name>-subgraph, a service by its plain name.

Roles: ${servicesOf(known)}
api answers rpcs, jobs handle events, tasks are what a service does by itself: it sends its events, cleans up and so on.

In a split process every component listens. Set
  DATABASE_URL, REDIS_URL           engines that the processes share
  KAFKA_BROKERS=host:9092[,…]       what carries events between processes
  SHOP_URL=host:5002                where the service shop listens (gRPC)
  SHOP_SUBGRAPH_URL=http://host:4001/graphql   where a subgraph listens
  PORT, SHOP_PORT, …                another port than the default
  INTERNAL_TOKEN_SECRET, TOKEN_SIGNING_KEY, TOKEN_VERIFY_KEYS
                                    secrets that they share: npm run -s keys > keys.env

A gateway with --supergraph needs none of these. It sends queries to the URLs that the supergraph names, reads the
file again when it changes, authenticates nobody and hands no header of a client on to a subgraph.
docs/configuration.md lists every variable.`;
}

/** `order (api jobs tasks), search (api jobs tasks)` */
function servicesOf(known: RolesOf): string {
  const services = Object.entries(known).filter(([, roles]) => roles.length > 0);
  return services.map(([name, roles]) => `${name} (${roles.join(' ')})`).join(', ');
}
