import { readFileSync } from 'node:fs';

/** The operations of `operations/` by the SHA-256 of their texts, as JSON. */
export const trustedDocumentsManifest = (): string =>
  readFileSync(new URL('./gen/trusted-documents.json', import.meta.url), 'utf8');
