import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** What /proc says of a process: proc_pid_stat(5). */
export interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  /** Of its threads and of children that have ended, in clock ticks. */
  readonly cpuTicks: number;
}

/** The memory of a process that lives. */
export interface ProcessMemory {
  readonly pid: number;
  readonly parent: number;
  /** The most that it has held, in bytes; /proc forgets it between rounds, and with the process. */
  readonly peakBytes: number;
}

/** Linux has had this value on every platform that Node.js runs on. */
const ticksPerSecond = 100;
const microsecondsPerTick = 1_000_000 / ticksPerSecond;

/** Reads a line of /proc/<pid>/stat; the name in it may hold anything. */
export function readStat(text: string): ProcessStat {
  const pid = Number(text.slice(0, text.indexOf(' ')));
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const number = (index: number) => Number(fields[index] ?? 0);
  return { pid, parent: number(1), cpuTicks: number(11) + number(12) + number(13) + number(14) };
}

/** Processes and all that descend from them. */
export function withDescendants<Process extends Pick<ProcessStat, 'pid' | 'parent'>>(
  stats: readonly Process[],
  roots: readonly number[],
): Process[] {
  const wanted = new Set(roots);
  for (let size = 0; size < wanted.size; ) {
    size = wanted.size;
    for (const { pid, parent } of stats) if (wanted.has(parent)) wanted.add(pid);
  }
  return stats.filter(({ pid }) => wanted.has(pid));
}

/** CPU that processes and their children have taken so far, in µs. */
export function cpuOf(roots: readonly number[]): number {
  const ticks = withDescendants(allStats(), roots).reduce((sum, { cpuTicks }) => sum + cpuTicks, 0);
  return ticks * microsecondsPerTick;
}

/** From now on `peakBytesOf` tells the peak since now. */
export function forgetPeak(roots: readonly number[]): void {
  for (const { pid } of withDescendants(allStats(), roots)) {
    try {
      writeFileSync(`/proc/${pid}/clear_refs`, '5');
    } catch {
      // It has ended, or the kernel does not let us: then the peak is that since its start.
    }
  }
}

/** The most memory that processes and their children have held at once, each at its own time. */
export function peakBytesOf(roots: readonly number[]): number {
  return memoryOf(roots).reduce((sum, { peakBytes }) => sum + peakBytes, 0);
}

/** Each of these processes and of their children with its peak, since its start or since `forgetPeak`. */
export function memoryOf(roots: readonly number[]): ProcessMemory[] {
  return withDescendants(allStats(), roots).map(({ pid, parent }) => {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readProc(`${pid}/status`) ?? '')?.[1];
    return { pid, parent, peakBytes: Number(kilobytes ?? 0) * 1_024 };
  });
}

function allStats(): ProcessStat[] {
  return readdirSync('/proc').flatMap((name) => {
    const text = /^\d+$/.test(name) ? readProc(`${name}/stat`) : undefined;
    return text === undefined ? [] : [readStat(text)];
  });
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    return undefined;
  }
}
