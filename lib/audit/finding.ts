/** Something that is not as the books of a service, or of several, say that it must be. */
export interface Finding {
  /** What it is about, its kind first: `goods 17`. */
  readonly unit: string;
  /** Completes the sentence that the unit begins. */
  readonly problem: string;
}

/** Whoever finds as many has seen enough. */
export const MAX_FINDINGS = 100;

/**
 * Looks whether one thing holds. Only reads, locks nothing, and finds nothing wrong that traffic beside it explains.
 * Resolves to at most `MAX_FINDINGS`; rejects where it could not look.
 */
export type AuditCheck = (signal?: AbortSignal) => Promise<readonly Finding[]>;
