import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '@tiffin/lib/clock/clock';
import { checks } from '../../scripts/audit/checks.ts';
import type { OpenedDatabases } from '../../scripts/audit/open-databases.ts';

export interface SettleOptions {
  /** What is wrong, in sentences. */
  readonly look: () => Promise<readonly string[]>;
  readonly opened: OpenedDatabases;
  /** The most that it may take. */
  readonly maxQuietMs: number;
  /** Findings that have not changed for this long will not any more. Default: `maxQuietMs`. */
  readonly stableMs?: number | undefined;
  /** So long must nothing be wrong. Default 0; what must go wrong may be late on a busy machine. */
  readonly minQuietMs?: number | undefined;
}

export interface Settled {
  /** What is wrong by one's own looks. */
  readonly wrong: readonly string[];
  /** What the auditor finds, once nothing else is wrong. */
  readonly audit: readonly string[];
  readonly tookMs: number;
}

const lookEveryMs = 1_000;
/** The auditor leaves alone what is young; by then nothing is, and no order is overdue. */
const auditAheadMs = 15 * 60_000;

/** Looks until nothing is wrong any more, or nothing gets better. Resolves to what is wrong then. */
export async function settle({
  look,
  opened,
  maxQuietMs,
  stableMs = maxQuietMs,
  minQuietMs = 0,
}: SettleOptions): Promise<Settled> {
  const beganMs = Date.now();
  let last = '';
  let changedMs = beganMs;
  for (;;) {
    const wrong = await look();
    const found = { wrong, audit: wrong.length > 0 ? [] : await audit(opened) };
    // A transaction that is tried again and again gets no better by it.
    const text = [...wrong, ...found.audit].join('\n').replace(/after \d+ attempts/g, '');
    const nowMs = Date.now();
    if (text !== last) changedMs = nowMs;
    last = text;
    const isQuiet = text === '' && nowMs >= changedMs + minQuietMs;
    if (isQuiet || nowMs > beganMs + maxQuietMs || (text !== '' && nowMs > changedMs + stableMs))
      return { ...found, tookMs: nowMs - beganMs };
    await delay(lookEveryMs);
  }
}

async function audit({ databases }: OpenedDatabases): Promise<string[]> {
  const clock = { ...systemClock, now: () => Date.now() + auditAheadMs };
  const found = await Promise.all(checks.map(({ find }) => find({ databases, clock })));
  return found.flat().map(({ unit, problem }) => `${unit} ${problem}`);
}
