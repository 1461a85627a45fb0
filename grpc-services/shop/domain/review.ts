export type { Review } from '../data/review-entity.ts';

export const minStars = 1;
export const maxStars = 5;
export const maxTextChars = 2_000;
