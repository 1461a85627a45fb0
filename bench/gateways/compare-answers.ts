import type { Arena, Entrant } from './arena.ts';
import { ask, type Posting } from './ask.ts';
import { difference } from './difference.ts';
import { callsOf } from './measure-round.ts';

/** Whether a contender may be measured. */
export type Comparison =
  | { readonly kind: 'equal'; readonly subgraphCalls: number; readonly rpcs: number }
  | { readonly kind: 'different'; readonly why: string };

/** Requests of one row that are under way at once while answers are compared. */
const atOnce = 6;

/** The texts that everybody else must answer too. @throws where one of them has errors. */
export async function referenceAnswers({ url }: Entrant, postings: readonly Posting[]): Promise<string[]> {
  const texts: string[] = [];
  for (const posting of postings) {
    const text = await ask(url, posting);
    const { errors } = JSON.parse(text) as { errors?: unknown };
    if (errors) throw new Error(`The reference has errors: ${JSON.stringify(errors).slice(0, 500)}`);
    texts.push(text);
  }
  return texts;
}

/** Sends each request once and compares what comes; calls are those of one request on average. */
export async function compareAnswers(
  entrant: Entrant,
  arena: Arena,
  postings: readonly Posting[],
  expected: readonly string[],
): Promise<Comparison> {
  const before = await callsOf(entrant, arena);
  for (let start = 0; start < postings.length; start += atOnce) {
    const some = postings.slice(start, start + atOnce);
    const found = await Promise.all(
      some.map((posting, index) => differs(entrant.url, posting, expected[start + index] ?? '')),
    );
    const why = found.find((difference) => difference !== undefined);
    if (why) return { kind: 'different', why };
  }
  const after = await callsOf(entrant, arena);
  return {
    kind: 'equal',
    subgraphCalls: (after.subgraphs - before.subgraphs) / postings.length,
    rpcs: (after.rpcs - before.rpcs) / postings.length,
  };
}

/** How an answer differs from what it should be; undefined where it does not. */
export async function differs(url: string, posting: Posting, expected: string): Promise<string | undefined> {
  try {
    return difference(JSON.parse(expected), JSON.parse(await ask(url, posting)));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
