import { setTimeout as delay } from 'node:timers/promises';
import { type LaunchedProcess, launchTiffin } from '../spawn-platform.ts';

/** A process of the platform that is started again whenever it has ended. */
export interface KeptProcess {
  /** What it runs, as `--run` takes it. */
  readonly run: string;
  /** What only this one is told. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** The platform as processes of their own, each of which is started again when it has ended, by whatever. */
export interface KeptProcesses<Member extends string> extends AsyncDisposable {
  /** What ended by itself after it was ready, with its last words. */
  readonly crashes: readonly string[];
  /** What ended before: an engine that is slow to answer is enough. */
  readonly failedStarts: readonly string[];
  /** All lines that the processes wrote, of all their lives. They log errors only. */
  lines(): string[];
  /** Ends a process as a crash of its machine would; it starts again at once. */
  kill(member: Member): Promise<void>;
  /** Resolves when all are ready. */
  up(): Promise<void>;
}

const restartDelayMs = 500;
const maxUpMs = 60_000;
const lastWordsChars = 1_000;

/** Resolves when all are ready. CHAOS_PROCESS names each life of each of them. */
export async function keepProcesses<Member extends string>(
  members: Readonly<Record<Member, KeptProcess>>,
  settings: Readonly<Record<string, string>>,
): Promise<KeptProcesses<Member>> {
  const running = new Map<Member, LaunchedProcess>();
  const lives = new Map<Member, number>();
  const launched: LaunchedProcess[] = [];
  const crashes: string[] = [];
  const failedStarts: string[] = [];
  let isStopping = false;

  function launch(member: Member): LaunchedProcess {
    const life = (lives.get(member) ?? 0) + 1;
    lives.set(member, life);
    const { run, settings: own } = members[member];
    const one = launchTiffin(['--run', run], { ...settings, ...own, CHAOS_PROCESS: `${member} ${life}` });
    running.set(member, one);
    launched.push(one);
    void one.exited.then(() => startAgain(member, one));
    return one;
  }

  /** What its machine would do for a process that ended by itself. */
  async function startAgain(member: Member, ended: LaunchedProcess): Promise<void> {
    if (isStopping || running.get(member) !== ended) return;
    const list = await ended.ready.then(
      () => crashes,
      () => failedStarts,
    );
    list.push(`${member}: ${ended.output().slice(-lastWordsChars)}`);
    await delay(restartDelayMs);
    if (!isStopping && running.get(member) === ended) launch(member);
  }

  const kept: KeptProcesses<Member> = {
    crashes,
    failedStarts,
    lines: () => launched.flatMap(({ output }) => output().split('\n')),
    async kill(member) {
      const victim = running.get(member);
      running.delete(member);
      await victim?.end('SIGKILL');
      launch(member);
    },
    async up() {
      for (const deadlineMs = Date.now() + maxUpMs; ; await delay(restartDelayMs)) {
        const states = await Promise.race([
          Promise.allSettled([...running.values()].map(({ ready }) => ready)),
          // A process may also hang.
          delay(Math.max(0, deadlineMs - Date.now()), undefined, { ref: false }),
        ]);
        if (states?.every(({ status }) => status === 'fulfilled')) return;
        if (Date.now() < deadlineMs) continue;
        const words = [...running].map(
          ([member, one]) => `${member}: ${one.output().slice(-lastWordsChars)}`,
        );
        throw new Error(`Not all are up:\n${[...failedStarts.slice(-3), ...words].join('\n')}`);
      }
    },
    async [Symbol.asyncDispose]() {
      isStopping = true;
      await Promise.all([...running.values()].map((one) => one.end('SIGKILL')));
    },
  };
  for (const member of Object.keys(members) as Member[]) launch(member);
  await kept.up().catch(async (error) => {
    await kept[Symbol.asyncDispose]();
    throw error;
  });
  return kept;
}
