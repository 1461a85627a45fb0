/** A JSON object on its way through the executor. */
export type Data = Record<string, unknown>;
