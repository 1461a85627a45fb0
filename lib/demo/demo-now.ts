/** The day on which the demo data end. Fixed and not today, so that they are the same wherever they are loaded. */
export const demoNowMs = Date.UTC(2026, 9, 1);
