/** Something that is not as the books of a service, or of several, say that it must be. */
export interface Finding {
  /** What it is about, its kind first: `goods 17`. */
  readonly unit: string;
  /** Completes the sentence that the unit begins. */
  readonly problem: string;
}

/** Whoever is told as many has seen enough. */
export const MAX_FINDINGS = 100;

/**
 * Begins a sweep: looks page by page whether one thing holds, and yields what it finds wrong on each. Nothing happens
 * between two pages, so whoever sweeps may wait there for as long as they like. A page is one statement of a few
 * milliseconds: it only reads, locks nothing, sees one moment, and finds nothing wrong that traffic beside it explains.
 * Throws where it could not look, and the signal's reason.
 */
export type AuditCheck = (signal?: AbortSignal) => AsyncIterable<readonly Finding[]>;
