import { execFile } from 'node:child_process';
import { delimiter, join } from 'node:path';

const TIMEOUT_MS = 120_000;
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

export interface ToolResult {
  readonly ok: boolean;
  /** Standard output and standard error, in that order. */
  readonly output: string;
}

/**
 * Runs a tool of node_modules/.bin in `rootDir`. The pinned Node and the plugins of buf stand first on its PATH, so
 * the result does not depend on the machine.
 */
export function runTool(rootDir: string, tool: string, args: readonly string[]): Promise<ToolResult> {
  const binDir = join(rootDir, 'node_modules', '.bin');
  const options = {
    cwd: rootDir,
    timeout: TIMEOUT_MS,
    maxBuffer: MAX_OUTPUT_BYTES,
    env: { ...process.env, PATH: `${binDir}${delimiter}${process.env['PATH'] ?? ''}`, NO_COLOR: '1' },
  };
  return new Promise((done) => {
    execFile(join(binDir, tool), args, options, (error, stdout, stderr) => {
      const reason = error && stdout === '' && stderr === '' ? error.message : '';
      done({ ok: error === null, output: `${stdout}${stderr}${reason}` });
    });
  });
}
