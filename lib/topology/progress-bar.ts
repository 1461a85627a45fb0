import type { Clock } from '../clock/clock.ts';
import type { Progress } from '../service/progress.ts';

export interface ProgressBarOptions {
  readonly label: string;
  /** Replaces the last line of a terminal. */
  readonly redraw: (line: string) => void;
}

const width = 20;

/** One line that grows: `  demo orders      [████████░░░░░░░░░░░░]  40 %`. */
export function createProgressBar({ label, redraw }: ProgressBarOptions): Progress {
  let drawnPercent = -1;
  return {
    update(done, total) {
      const percent = percentOf(done, total);
      if (percent === drawnPercent) return;
      drawnPercent = percent;
      const filled = Math.floor((width * percent) / 100);
      redraw(
        `  ${label.padEnd(16)} [${'█'.repeat(filled)}${'░'.repeat(width - filled)}] ${percentText(percent)}`,
      );
    },
  };
}

export interface ProgressLinesOptions {
  readonly label: string;
  readonly write: (line: string) => void;
  readonly clock: Clock;
}

/** Quick work gets its last line only. */
const minSilenceMs = 1_000;

/** Where the last line cannot be replaced, in a log: a line at each quarter, at most four. */
export function createProgressLines({ label, write, clock }: ProgressLinesOptions): Progress {
  let writtenAtMs = clock.now();
  let writtenQuarter = 0;
  return {
    update(done, total) {
      const percent = percentOf(done, total);
      const quarter = Math.floor(percent / 25);
      if (quarter <= writtenQuarter) return;
      if (quarter < 4 && clock.now() - writtenAtMs < minSilenceMs) return;
      writtenQuarter = quarter;
      writtenAtMs = clock.now();
      write(`  ${label.padEnd(16)} ${percentText(percent)}`);
    },
  };
}

function percentOf(done: number, total: number): number {
  return total <= 0 ? 100 : Math.min(100, Math.max(0, Math.floor((100 * done) / total)));
}

const percentText = (percent: number) => `${String(percent).padStart(3)} %`;
