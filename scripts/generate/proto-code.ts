import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContractError } from './contracts.ts';
import { runTool } from './run-tool.ts';

/** proto/gen/**: what ts-proto makes of the proto files. Generated aside, so that readers never see half a folder. */
export async function protoCode(rootDir: string): Promise<Map<string, string>> {
  const dir = await mkdtemp(join(tmpdir(), 'tiffin-proto-'));
  try {
    const generated = await runTool(rootDir, 'buf', ['generate', '-o', dir]);
    if (!generated.ok) throw new ContractError([`buf generate failed:\n${generated.output.trim()}`]);
    const base = join(dir, 'proto', 'gen');
    const entries = await readdir(base, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
    const files = new Map<string, string>();
    for (const path of paths) files.set(path.slice(dir.length + 1), await readFile(path, 'utf8'));
    return files;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
