import { Kind, parse } from 'graphql';
import type { Operation } from '../executor.ts';

/** The operation of a text as executors take it; `name` picks one where there are several. */
export function operationOf(text: string, name?: string): Operation {
  const document = parse(text, { noLocation: true });
  for (const node of document.definitions) {
    if (node.kind !== Kind.OPERATION_DEFINITION) continue;
    if (name === undefined || node.name?.value === name) return { text, document, node };
  }
  throw new Error(`There is no operation ${name ?? ''} in the text.`);
}
