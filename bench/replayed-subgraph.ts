import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { OperationScope } from '@tiffin/lib/subgraph/operation-scope';
import type { Subgraph, SubgraphRequest } from '@tiffin/lib/subgraph/subgraph';
import type { ExecutionResult } from 'graphql';

/** When the copies of an answer are made: before the clock starts, or as each request asks for them. */
export type Parsing = 'before' | 'each';

/** What a subgraph answered to one document, to be answered again without any work. */
class Tape {
  readonly variables: string;
  readonly answer: string;
  readonly #copies: Promise<ExecutionResult>[] = [];

  constructor(variables: string, answer: string) {
    this.variables = variables;
    this.answer = answer;
  }

  /**
   * Executors merge answers in place, so each request needs answers of its own. They are parsed before the clock
   * starts: a subgraph in this process hands objects over, and neither side's figure shall hold JSON.parse.
   */
  refill(count: number): void {
    this.#copies.length = 0;
    for (let copy = 0; copy < count; copy++) this.#copies.push(Promise.resolve(JSON.parse(this.answer)));
  }

  /** As the client of a remote subgraph does it. */
  readonly parse = async (): Promise<ExecutionResult> => JSON.parse(this.answer);

  readonly take = (): Promise<ExecutionResult> => {
    const copy = this.#copies.pop();
    if (!copy)
      throw new Error('There are no copies left: this request asks more often than the recorded one.');
    return copy;
  };
}

/**
 * The answers that real subgraphs gave to one operation under one executor. Each executor has a recording of its own,
 * because they send different representations: ours leaves out repeated ones.
 */
export class Recording {
  readonly #tapes = new Map<string, Tape>();

  /** Passes a request on to a real subgraph and keeps what it answers. @throws where that cannot be replayed. */
  async record(
    subgraph: Subgraph,
    request: SubgraphRequest,
    call: CallContext,
    scope: OperationScope,
  ): Promise<ExecutionResult> {
    const result = await subgraph.execute(request, call, scope);
    if (result.errors) throw new Error(`${subgraph.name} answered with errors: ${result.errors}`);
    const key = keyOf(subgraph.name, request.query);
    const tape = new Tape(JSON.stringify(request.variables ?? {}), JSON.stringify(result));
    const known = this.#tapes.get(key);
    if (known && known.variables !== tape.variables) {
      throw new Error(`${subgraph.name} was asked for one document twice, with different variables.`);
    }
    this.#tapes.set(key, tape);
    return JSON.parse(tape.answer);
  }

  /** Document → what answers it; `parsing` says when the texts become objects. */
  answers(name: string, parsing: Parsing): [string, () => Promise<ExecutionResult>][] {
    return [...this.#tapes]
      .filter(([key]) => key.startsWith(`${name} `))
      .map(([key, tape]) => [key.slice(name.length + 1), parsing === 'before' ? tape.take : tape.parse]);
  }

  /** Makes answers ready for so many requests, and for no more. */
  refill(requests: number): void {
    for (const tape of this.#tapes.values()) tape.refill(requests);
  }

  /** Of all answers together, in UTF-16 units. */
  get length(): number {
    return [...this.#tapes.values()].reduce((sum, { answer }) => sum + answer.length, 0);
  }

  get fetches(): number {
    return this.#tapes.size;
  }

  /** What a subgraph answered to a document. */
  answerTo(name: string, query: string): string {
    const tape = this.#tapes.get(keyOf(name, query));
    if (!tape) throw new Error(`${name} was not asked for this when it was recorded: ${query}`);
    return tape.answer;
  }
}

/** A subgraph that answers as recorded and does nothing else. */
export function replayedSubgraph(name: string, recordings: readonly Recording[], parsing: Parsing): Subgraph {
  const answers = new Map(recordings.flatMap((recording) => recording.answers(name, parsing)));
  const answerTo = (query: string) => {
    const answer = answers.get(query);
    if (!answer) throw new Error(`${name} was not asked for this when it was recorded: ${query}`);
    return answer;
  };
  return {
    name,
    execute: ({ query }) => answerTo(query)(),
    prepare: ({ query }) => answerTo(query),
  };
}

const keyOf = (name: string, query: string) => `${name} ${query}`;
