import { resolve } from 'node:path';
import { ConfigError, type Env } from '../config/config.ts';
import { StartError } from '../lifecycle/lifecycle.ts';
import { type RunCommand, readCommandLine } from './command-line.ts';
import { rolesOf } from './selection.ts';
import type { Topology } from './topology.ts';

/** Runs what the command line asks for until a signal stops it. Every refusal is a sentence and exit code 1. */
export async function runCommand(topology: Topology, args: readonly string[], env: Env): Promise<void> {
  const command = readCommandLine(args, rolesOf(topology));
  if (command.kind === 'help') return void process.stdout.write(`${command.text}\n`);
  if (command.kind === 'refused') return refuse(command.sentence);
  try {
    await start(topology, command, { ...env, ...command.variables });
  } catch (error) {
    if (error instanceof ConfigError || error instanceof StartError) return refuse(error.message);
    throw error;
  }
}

/** Each kind of process loads only what it runs on: a gateway that stands alone is up sooner without the engines. */
async function start(topology: Topology, { selection, supergraphFile }: RunCommand, env: Env): Promise<void> {
  const surroundings = {
    // Loading the code is a part of the start.
    startedAtMs: performance.timeOrigin,
    ...(process.stdout.isTTY && { redraw: redrawStdout }),
  };
  if (supergraphFile !== undefined) {
    const { startStandalone } = await import('./start-standalone.ts');
    await startStandalone(topology, whereItWasTyped(supergraphFile, env), env, surroundings);
  } else {
    const { startProcess } = await import('./run-process.ts');
    await startProcess(topology, selection, env, surroundings);
  }
}

/** npm runs us in the folder of the package, wherever it was called from. */
function whereItWasTyped(path: string, env: Env): string {
  const isNpmStart = env['npm_package_name'] === 'tiffin' && env['npm_lifecycle_event'] === 'start';
  const folder = isNpmStart ? env['INIT_CWD'] : undefined;
  return folder && folder !== process.cwd() ? resolve(folder, path) : path;
}

function refuse(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 1;
}

/** Back to the start of the line, and away with what stood on it. */
const redrawStdout = (text: string) => void process.stdout.write(`\r\u001b[K${text}`);
