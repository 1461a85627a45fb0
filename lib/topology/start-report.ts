import type { Clock } from '../clock/clock.ts';
import type { Component } from '../lifecycle/lifecycle.ts';
import type { Progress } from '../service/progress.ts';
import { createProgressBar, createProgressLines } from './progress-bar.ts';

export interface StartReportOptions {
  readonly clock: Clock;
  readonly write: (line: string) => void;
  /** Replaces the last line with a text without a line break. Only a terminal can. */
  readonly redraw?: (text: string) => void;
  /** Default: now. */
  readonly startedAtMs?: number;
}

/** Tells the person at the terminal what starts, where it listens, on which engines, and how long each part took. */
export class StartReport {
  readonly #options: StartReportOptions;
  readonly #startedAtMs: number;
  readonly #addresses = new Map<string, string>();
  readonly #offers: string[] = [];
  readonly #notes: string[] = [];
  #barIsOpen = false;

  constructor(options: StartReportOptions) {
    this.#options = options;
    this.#startedAtMs = options.startedAtMs ?? options.clock.now();
  }

  /** Where each component listens that does. */
  get addresses(): ReadonlyMap<string, string> {
    return this.#addresses;
  }

  listens(component: string, address: string): void {
    this.#addresses.set(component, address);
  }

  /** A bar on a terminal, a few lines elsewhere. */
  progress(label: string): Progress {
    const { clock, redraw } = this.#options;
    if (!redraw) return createProgressLines({ label, clock, write: (line) => this.#write(line) });
    return createProgressBar({
      label,
      redraw: (line) => {
        this.#barIsOpen = true;
        redraw(line);
      },
    });
  }

  /** Where a person can go once everything is ready. */
  offers(what: string, address: string): void {
    this.#offers.push(`${what.padEnd(10)}  ${address}`);
  }

  /** A line for the end of the report. */
  note(text: string): void {
    this.#notes.push(text);
  }

  /** The same component, whose start leaves a line with its time. */
  timed(component: Component, detail?: string): Component {
    const { clock } = this.#options;
    return {
      name: component.name,
      start: async (signal) => {
        const startedAtMs = clock.now();
        const running = await component.start(signal).finally(() => this.#closeBar());
        const what = detail ?? this.#addresses.get(component.name) ?? 'in this process';
        this.#write(`  ${component.name.padEnd(16)} ${seconds(clock.now() - startedAtMs)}  ${what}`);
        return running;
      },
    };
  }

  /** The end of the report. */
  ready(): void {
    this.#write(`Ready in ${seconds(this.#options.clock.now() - this.#startedAtMs).trim()}.`);
    for (const line of [...this.#offers, ...this.#notes]) this.#write(`  ${line}`);
  }

  #write(line: string): void {
    this.#closeBar();
    this.#options.write(line);
  }

  /** The next line takes the place of the bar. */
  #closeBar(): void {
    if (this.#barIsOpen) this.#options.redraw?.('');
    this.#barIsOpen = false;
  }
}

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`.padStart(6);
