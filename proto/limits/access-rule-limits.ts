/**
 * What the comments of access.proto say that rules may hold. Two services check it: the one that keeps the rules of a
 * flash sale, and the one that goes by them. A rule that only the first lets pass would let nobody join.
 */
export const accessRuleLimits = {
  maxRules: 10,
  maxMinDays: 3_650,
  maxAreas: 20,
  maxAreaChars: 60,
  /** Completed ones. */
  maxMinOrders: 100,
} as const;
