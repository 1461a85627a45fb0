import { durationMs } from '@tiffin/lib/config/variable';

/** What the environment may say to the search service. */
export const searchConfig = {
  SEARCH_REINDEX_INTERVAL: durationMs({
    default: 5 * 60_000,
    min: 0,
    max: 24 * 60 * 60_000,
    description:
      'How often the whole index is made anew, for what no event told; 0 does so only when an administrator asks.',
  }),
} as const;
