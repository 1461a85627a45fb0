import type { Clock } from '../clock/clock.ts';
import type { Component } from '../lifecycle/lifecycle.ts';

export interface StartReportOptions {
  readonly clock: Clock;
  readonly write: (line: string) => void;
}

/** Tells the person at the terminal what starts, where it listens, on which engines, and how long each part took. */
export class StartReport {
  readonly #options: StartReportOptions;
  readonly #startedAtMs: number;
  readonly #addresses = new Map<string, string>();
  readonly #notes: string[] = [];

  constructor(options: StartReportOptions) {
    this.#options = options;
    this.#startedAtMs = options.clock.now();
  }

  /** Where each component listens that does. */
  get addresses(): ReadonlyMap<string, string> {
    return this.#addresses;
  }

  listens(component: string, address: string): void {
    this.#addresses.set(component, address);
  }

  /** A line for the end of the report. */
  note(text: string): void {
    this.#notes.push(text);
  }

  /** The same component, whose start leaves a line with its time. */
  timed(component: Component, detail?: string): Component {
    const { clock, write } = this.#options;
    return {
      name: component.name,
      start: async (signal) => {
        const startedAtMs = clock.now();
        const running = await component.start(signal);
        const what = detail ?? this.#addresses.get(component.name) ?? 'in this process';
        write(`  ${component.name.padEnd(16)} ${seconds(clock.now() - startedAtMs)}  ${what}`);
        return running;
      },
    };
  }

  /** The end of the report. */
  ready(gatewayAddress: string | undefined): void {
    const { clock, write } = this.#options;
    write(`Ready in ${seconds(clock.now() - this.#startedAtMs).trim()}.`);
    if (gatewayAddress) {
      write(`  endpoint    ${gatewayAddress}/graphql`);
      write(`  playground  ${gatewayAddress}/`);
    }
    for (const note of this.#notes) write(`  ${note}`);
  }
}

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`.padStart(6);
