import type { Clock } from '../clock/clock.ts';
import { AppError } from '../errors/app-error.ts';
import { timedOut, within } from '../lifecycle/within.ts';
import type { AuditCheck, Finding } from './finding.ts';

/**
 * The share of each run that a check may look for: under a hundredth of a minute. Tables grow without end and a minute
 * does not, so it is the sweep that takes longer, and not the load that becomes more.
 */
export const LOOK_MS = 500;
/** A page that takes longer has failed: an auditor that hangs must be seen. */
const maxPageMs = 60_000;

/** Goes through all pages of a check again and again, some of them at each turn. */
export interface Sweeper {
  /**
   * Looks on for `LOOK_MS` from where the last turn stopped, and one page at least; `onPage` hears what each page has.
   * Resolves to whether that was the end of the sweep: the next turn begins another one. Where a page cannot be looked
   * at it rejects, and the next turn begins another sweep too.
   */
  goOn(onPage: (findings: readonly Finding[]) => void): Promise<boolean>;
}

interface Sweep {
  readonly pages: AsyncIterator<readonly Finding[]>;
  readonly tooLate: AbortController;
}

export function createSweeper(clock: Clock, check: AuditCheck, stopping: AbortSignal): Sweeper {
  let sweep: Sweep | undefined;
  let isUnderWay = false;

  function begin(): Sweep {
    const tooLate = new AbortController();
    const pages = check(AbortSignal.any([stopping, tooLate.signal]))[Symbol.asyncIterator]();
    return { pages, tooLate };
  }

  async function nextPage({ pages, tooLate }: Sweep): Promise<IteratorResult<readonly Finding[]>> {
    isUnderWay = true;
    const looking = Promise.try(() => pages.next()).finally(() => {
      isUnderWay = false;
    });
    const page = await within(clock, maxPageMs, looking);
    if (page !== timedOut) return page;
    looking.catch(() => {});
    tooLate.abort(new AppError('DEADLINE_EXCEEDED', {}));
    throw tooLate.signal.reason;
  }

  return {
    async goOn(onPage) {
      // Sweeps that hang would be more with each turn.
      if (isUnderWay) throw new AppError('DEADLINE_EXCEEDED', {});
      // Until the turn has come to its end, what it stands on is not to be gone on with.
      const current = sweep ?? begin();
      sweep = undefined;
      const untilMs = clock.now() + LOOK_MS;
      do {
        const page = await nextPage(current);
        if (page.done) return true;
        onPage(page.value);
      } while (clock.now() < untilMs && !stopping.aborted);
      sweep = current;
      return false;
    },
  };
}
