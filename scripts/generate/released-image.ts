import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { ContractError } from './contracts.ts';
import { runTool, type ToolResult } from './run-tool.ts';

/** The proto files as they were last released: what running clients and stored data rely on. */
const RELEASED_IMAGE = 'proto/released.binpb';

/** Records the proto files as released. Returns the path that it wrote. */
export async function recordRelease(rootDir: string): Promise<string> {
  const built = await runTool(rootDir, 'buf', ['build', '--exclude-source-info', '-o', RELEASED_IMAGE]);
  if (!built.ok) throw new ContractError([`The proto files do not compile:\n${built.output.trim()}`]);
  return RELEASED_IMAGE;
}

/** Compares the proto files with what was released, by the rules in buf.yaml. */
export async function findBreakingChanges(rootDir: string): Promise<ToolResult> {
  try {
    await access(join(rootDir, RELEASED_IMAGE));
  } catch {
    return {
      ok: false,
      output: `${RELEASED_IMAGE} is missing. Restore it, or run: npm run generate -- --release`,
    };
  }
  return runTool(rootDir, 'buf', ['breaking', '--against', RELEASED_IMAGE]);
}
