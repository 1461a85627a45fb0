import { readFile, stat } from 'node:fs/promises';
import type { Clock, Timer } from '@tiffin/lib/clock/clock';
import type { Logger } from '@tiffin/lib/telemetry/logger';
import { checkSupergraph } from './check-supergraph.ts';
import type { SupergraphSource } from './graph.ts';

export interface SupergraphFileOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How often a watcher looks at the file. Default 1,000. */
  readonly pollMs?: number;
  /** Default: the file system. */
  readonly files?: SupergraphFiles;
}

/** The part of the file system that reads a supergraph. */
export interface SupergraphFiles {
  stat(path: string): Promise<FileState>;
  read(path: string): Promise<string>;
}

export interface FileState {
  readonly isFile: boolean;
  readonly bytes: number;
  readonly modifiedMs: number;
  /** Another one where the file was replaced by a rename or behind a link. */
  readonly inode: number;
}

const maxBytes = 64 * 1024 * 1024;

/**
 * A supergraph that lives in a file. It is polled, because editors, deployments and Kubernetes replace files by
 * renames and links, which `fs.watch` loses or reports about the file that is gone. A change counts once the file
 * looked the same in two polls, so that no half-written text is handed over.
 */
export function supergraphFile(options: SupergraphFileOptions): SupergraphSource {
  const { path, files = fileSystem } = options;
  let known: { readonly look: string; readonly text: string } | undefined;

  async function load(): Promise<string> {
    const state = await files.stat(path);
    if (!state.isFile) throw new Error('is no file.');
    if (state.bytes > maxBytes) throw new Error(`is larger than ${maxBytes} bytes.`);
    const text = await files.read(path);
    known = { look: lookOf(state), text };
    return text;
  }

  return {
    async read() {
      try {
        const text = await load();
        checkSupergraph(text);
        return text;
      } catch (error) {
        throw new Error(`${path} ${explain(error)}`, { cause: error });
      }
    },
    watch: (onChange) => watch(options, onChange, { load, known: () => known }),
  };
}

interface Watched {
  readonly load: () => Promise<string>;
  /** What was handed over last. */
  readonly known: () => { readonly look: string; readonly text: string } | undefined;
}

function watch(
  { path, clock, logger, pollMs = 1_000, files = fileSystem }: SupergraphFileOptions,
  onChange: (sdl: string) => void,
  { load, known }: Watched,
): { stop(): void } {
  let previousLook: string | undefined;
  let isStopped = false;
  let isFailing = false;
  let timer: Timer;
  schedule();
  return {
    stop() {
      isStopped = true;
      timer.cancel();
    },
  };

  /** One look at a time, however slow the file system is. */
  function schedule(): void {
    timer = clock.setTimer(pollMs, async () => {
      try {
        await look();
        isFailing = false;
      } catch (error) {
        if (!isFailing)
          logger.warn({ file: path }, `${path} ${explain(error)} The last one stays in service.`);
        isFailing = true;
      }
      if (!isStopped) schedule();
    });
  }

  async function look(): Promise<void> {
    const current = lookOf(await files.stat(path));
    const isStill = current === previousLook;
    previousLook = current;
    const before = known();
    if (!isStill || current === before?.look) return;
    const text = await load();
    if (!isStopped && text !== before?.text) onChange(text);
  }
}

const lookOf = ({ inode, bytes, modifiedMs }: FileState) => `${inode} ${bytes} ${modifiedMs}`;

/** Completes "FILE …". */
function explain(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'does not exist.';
  return code === undefined ? message : `cannot be read (${code}).`;
}

const fileSystem: SupergraphFiles = {
  async stat(path) {
    const found = await stat(path);
    return { isFile: found.isFile(), bytes: found.size, modifiedMs: found.mtimeMs, inode: found.ino };
  },
  read: (path) => readFile(path, 'utf8'),
};
