import { hash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';

const maxBytes = 64 * 1024 * 1024;

/**
 * Reads a manifest of trusted documents: a JSON object of texts by their SHA-256 in hex, or a manifest as Apollo's tools
 * write it.
 * @throws Error with a sentence that names the file.
 */
export async function readTrustedDocuments(path: string): Promise<ReadonlyMap<string, string>> {
  try {
    const { size } = await stat(path);
    if (size > maxBytes) throw new Error(`is larger than ${maxBytes} bytes`);
    return trustedDocuments(await readFile(path, 'utf8'));
  } catch (error) {
    throw new Error(`The trusted documents in ${path} cannot be used: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}

/** @throws Error that completes "cannot be used: …". */
export function trustedDocuments(manifest: string): ReadonlyMap<string, string> {
  const documents = new Map<string, string>();
  for (const [id, text] of entriesOf(JSON.parse(manifest))) {
    if (typeof text !== 'string') throw new Error(`the document ${id} is no text`);
    // A document that stands under another's hash would be run in its place.
    if (hash('sha256', text) !== id) throw new Error(`${id} is not the SHA-256 of its document`);
    documents.set(id, text);
  }
  return documents;
}

function entriesOf(content: unknown): [id: string, text: unknown][] {
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw new Error('it is no JSON object');
  if (!('operations' in content) || !Array.isArray(content.operations)) return Object.entries(content);
  return content.operations.map((operation) => [String(operation?.id), operation?.body]);
}
