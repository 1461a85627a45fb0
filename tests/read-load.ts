import type { Clock } from '@tiffin/lib/clock/clock';
import type { GraphQLAnswer, PlatformUnderTest } from './start-platform.ts';

/** What became of one query. */
export interface Answered {
  /** When it was asked, in milliseconds of the load. */
  readonly atMs: number;
  readonly tookMs: number;
  /** `data`; `degraded`, where some of it is old and said to be; else the code of the first error. */
  readonly outcome: string;
  /** Of an error that says when to come back. */
  readonly retryAfterMs: number | undefined;
}

/** Queries that come at a steady rate, however long the answers take. */
export interface ReadLoad {
  /** Those that were asked in the span, in milliseconds of the load; waits for the last of them. */
  between(fromMs: number, toMs: number): Promise<readonly Answered[]>;
  readonly nowMs: number;
  stop(): Promise<void>;
}

export interface ReadLoadOptions {
  readonly platform: Pick<PlatformUnderTest, 'query'>;
  readonly clock: Clock;
  readonly queriesPerSecond: number;
  readonly nextQuery: () => { readonly text: string; readonly variables: Record<string, unknown> };
}

const TICK_MS = 10;

export function startReadLoad({ platform, clock, queriesPerSecond, nextQuery }: ReadLoadOptions): ReadLoad {
  const startMs = clock.now();
  const asked: { readonly atMs: number; readonly answered: Promise<Answered> }[] = [];
  const nowMs = () => clock.now() - startMs;

  async function ask(atMs: number): Promise<Answered> {
    const { text, variables } = nextQuery();
    const beganMs = performance.now();
    const answer = await platform.query(text, { variables });
    const tookMs = performance.now() - beganMs;
    return { atMs, tookMs, ...outcomeOf(answer) };
  }

  // A tick may come late: what was due in between is then asked together, as an open loop would.
  const timer = setInterval(() => {
    const due = Math.floor((nowMs() * queriesPerSecond) / 1_000);
    while (asked.length < due) {
      const atMs = nowMs();
      const answered = ask(atMs);
      // Whoever asks for it hears of it, and nobody else.
      answered.catch(() => {});
      asked.push({ atMs, answered });
    }
  }, TICK_MS);

  return {
    between: (fromMs, toMs) =>
      Promise.all(asked.filter(({ atMs }) => atMs >= fromMs && atMs < toMs).map(({ answered }) => answered)),
    get nowMs() {
      return nowMs();
    },
    async stop() {
      clearInterval(timer);
      await Promise.allSettled(asked.map(({ answered }) => answered));
    },
  };
}

function outcomeOf(answer: GraphQLAnswer): Pick<Answered, 'outcome' | 'retryAfterMs'> {
  const [error] = answer.errors ?? [];
  if (error) {
    const { code, retryAfterMs } = error.extensions as { code: string; retryAfterMs?: number };
    return { outcome: code, retryAfterMs };
  }
  const { extensions } = answer as { extensions?: { degraded?: readonly string[] } };
  return { outcome: extensions?.degraded ? 'degraded' : 'data', retryAfterMs: undefined };
}
