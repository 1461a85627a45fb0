import { filterNames } from '@tiffin/activity/domain/join-flash-sale';

/** What a filter of joins came to between two looks. */
export interface FilterTimes {
  readonly passed: number;
  /** By the code that they got. */
  readonly turnedAway: ReadonlyMap<string, number>;
  /** Of one join in this filter, waiting included. */
  readonly microseconds: number;
}

/**
 * Reads the difference of two texts of /metrics, for all filters in the order in which a join comes to them. Throws on a
 * filter that nobody has heard of: its time would be missing.
 */
export function filterTimes(before: string, after: string): ReadonlyMap<string, FilterTimes> {
  const [first, last] = [samplesOf(before), samplesOf(after)];
  for (const sample of last.keys()) {
    const filter = /^tiffin_flash_sale_filter_total\{.*filter="([^"]*)"/.exec(sample)?.[1];
    if (filter !== undefined && !filterNames.includes(filter))
      throw new Error(`${filter} is none of the filters ${filterNames.join(', ')}.`);
  }
  const grown = (sample: string) => (last.get(sample) ?? 0) - (first.get(sample) ?? 0);
  return new Map(
    filterNames.map((filter): [string, FilterTimes] => {
      const turnedAway = new Map<string, number>();
      let passed = 0;
      for (const sample of last.keys()) {
        const [name, labels = ''] = sample.split('{');
        if (name !== 'tiffin_flash_sale_filter_total' || !labels.includes(`filter="${filter}"`)) continue;
        const outcome = /outcome="([^"]*)"/.exec(labels)?.[1] ?? '';
        if (outcome === 'passed') passed += grown(sample);
        else if (grown(sample) > 0) turnedAway.set(outcome, grown(sample));
      }
      const of = (suffix: string) =>
        grown(`tiffin_flash_sale_filter_microseconds_${suffix}{filter="${filter}"}`);
      return [filter, { passed, turnedAway, microseconds: of('sum') / Math.max(1, of('count')) }];
    }),
  );
}

function samplesOf(text: string): ReadonlyMap<string, number> {
  return new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => {
        const end = line.lastIndexOf(' ');
        return [line.slice(0, end), Number(line.slice(end + 1))];
      }),
  );
}
