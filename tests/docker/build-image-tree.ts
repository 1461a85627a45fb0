import { execFileSync } from 'node:child_process';
import { cp, glob, mkdir, rename, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { readDockerIgnore } from './docker-ignore.ts';
import type { Dockerfile, Instruction } from './read-dockerfile.ts';

export interface BuildOptions {
  readonly dockerfile: Dockerfile;
  readonly ignoreFile: string;
  /** The context of the build: the clone. */
  readonly contextDir: string;
  /** An empty folder; each stage gets a root of its own in it. */
  readonly outDir: string;
  /** Stands in for the binary of the image that the first stage is built from. */
  readonly nodePath: string;
}

/**
 * Does what a build would do for the stages `build` and `runtime`, without an engine: copies the context past the
 * ignore file, runs the commands of `build` in its folder, and hands its result to `runtime`. What `runtime` runs
 * itself changes a system, and is left out. Resolves to the root of `runtime`.
 */
export async function buildImageTree(options: BuildOptions): Promise<string> {
  const { dockerfile, outDir, nodePath } = options;
  const roots = { build: join(outDir, 'build'), runtime: join(outDir, 'runtime') };
  await mkdir(join(roots.build, 'usr/local/bin'), { recursive: true });
  await cp(nodePath, join(roots.build, 'usr/local/bin/node'));
  await runStage(dockerfile, 'build', async ({ name, value }, workDir) => {
    if (name === 'RUN') run(value, join(roots.build, workDir), options);
    if (name === 'COPY') await copyContext(value, join(roots.build, workDir), options);
  });
  await runStage(dockerfile, 'runtime', async ({ name, value }) => {
    const [, from = '', to = ''] = /^--from=build (\/\S+) (\/\S+)$/.exec(value) ?? [];
    if (name !== 'COPY') return;
    if (!from || !to) throw new Error(`runtime must copy absolute paths from build only: COPY ${value}`);
    // Moved, because nobody needs what `build` leaves behind.
    await mkdir(dirname(join(roots.runtime, to)), { recursive: true });
    await rename(join(roots.build, from), join(roots.runtime, to));
  });
  return roots.runtime;
}

async function runStage(
  { stages }: Dockerfile,
  stage: string,
  apply: (instruction: Instruction, workDir: string) => Promise<void>,
): Promise<void> {
  let workDir = '/';
  for (const instruction of stages.get(stage)?.instructions ?? []) {
    if (instruction.name === 'WORKDIR') workDir = instruction.value;
    await apply(instruction, workDir);
  }
}

/** The command runs on this machine, so it may name nothing outside of its folder. */
function run(value: string, cwd: string, { nodePath }: BuildOptions): void {
  const command = value.replaceAll(/--mount=\S+\s*/g, '');
  if (/(^|[\s='"])[/~]|\.\./.test(command)) throw new Error(`RUN ${value} leaves its folder.`);
  // The machine's own settings, such as its certificates, but not those of an npm that runs this test.
  const inherited = Object.entries(process.env).filter(([name]) => !/^npm_|^NODE_TEST_CONTEXT$/.test(name));
  const env = { ...Object.fromEntries(inherited), PATH: `${dirname(nodePath)}:${process.env.PATH}` };
  execFileSync('sh', ['-ec', command], { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
}

async function copyContext(value: string, workDir: string, options: BuildOptions): Promise<void> {
  const { contextDir, ignoreFile } = options;
  const isIgnored = readDockerIgnore(ignoreFile);
  const words = value.split(/\s+/);
  const target = words.at(-1) ?? '';
  for (const source of words.slice(0, -1)) {
    const isFolder = (await stat(join(contextDir, source))).isDirectory();
    const files = isFolder
      ? await Array.fromAsync(glob(`${source}/**`, { cwd: contextDir, exclude: isNotSource }))
      : [source];
    for (const file of files) {
      if (isIgnored(file) || (await stat(join(contextDir, file))).isDirectory()) continue;
      const below = isFolder ? file.slice(source.length + 1) : target.endsWith('/') ? basename(file) : '';
      const to = join(workDir, target, below);
      await mkdir(dirname(to), { recursive: true });
      await cp(join(contextDir, file), to);
    }
  }
}

/** Too large to look through. */
const isNotSource = (path: string) => /(^|\/)(node_modules|\.data|\.git)$/.test(path);
