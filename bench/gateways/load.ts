/** What a load generator saw. */
export interface LoadResult {
  readonly requests: number;
  /** Broken connections, timeouts, and answers that are not 200 or have errors in them. */
  readonly errors: number;
  /** The beginning of one such answer. */
  readonly errorSample?: string;
  /** Requests that were under way when the load ended: their work is done, wholly or in part, and nobody saw it. */
  readonly cutOff: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface LoadOptions {
  readonly url: string;
  readonly seconds: number;
  readonly connections: number;
  /** The requests in their turn: a line with the Authorization header, then a line with the body. */
  readonly requestsFile: string;
  /** Whether answers are looked at; those of static bytes need not be. */
  readonly readsAnswers: boolean;
  readonly cores: string | undefined;
}

export interface Load {
  readonly description: string;
  run(options: LoadOptions): Promise<LoadResult>;
}
