import { hash } from 'node:crypto';
import { AppError } from '@tiffin/lib/errors/app-error';
import type { ErrorCode } from '@tiffin/lib/errors/error-catalogue.gen';
import { errorExtensions } from '@tiffin/lib/errors/error-extensions';
import { GraphQLError } from 'graphql';
import { LRUCache } from 'lru-cache';

/** Whether documents of the manifest are known by their hash, and whether any others are run. */
export type TrustMode = 'off' | 'allow' | 'only';

export interface KnownDocumentsOptions {
  /** By the SHA-256 of their texts, in hex. */
  readonly trusted?: ReadonlyMap<string, string>;
  readonly mode?: TrustMode;
  /** How many texts of clients are kept by their hashes; 0 keeps none. Default 1,000. */
  readonly maxPersisted?: number;
}

/** What a request says of its document: a text, the hash of one, or both. */
export interface AskedDocument {
  readonly text: string | undefined;
  /** 64 hex digits where it is one that can be known. */
  readonly hash: string | undefined;
}

/** A longer text runs, but is not kept by its hash. */
export const maxPersistedChars = 65_536;
/** All of them together. */
const maxPersistedTotalChars = 16 * 1024 * 1024;

/**
 * The documents that requests may name by their SHA-256 instead of sending them: trusted ones of a manifest, and those
 * that clients sent once with their hash, by Apollo's protocol of automatic persisted queries.
 */
export class KnownDocuments {
  readonly #trusted: ReadonlyMap<string, string>;
  readonly #trustedTexts: ReadonlySet<string>;
  readonly #isClosed: boolean;
  readonly #persisted: LRUCache<string, string> | undefined;

  constructor({ trusted = new Map(), mode = 'off', maxPersisted = 1_000 }: KnownDocumentsOptions = {}) {
    this.#trusted = mode === 'off' ? new Map() : trusted;
    this.#trustedTexts = new Set(this.#trusted.values());
    this.#isClosed = mode === 'only';
    if (this.#isClosed || maxPersisted === 0) return;
    this.#persisted = new LRUCache({
      max: maxPersisted,
      maxSize: maxPersistedTotalChars,
      maxEntrySize: maxPersistedChars,
      sizeCalculation: ({ length }) => Math.max(1, length),
    });
  }

  /** How many texts of clients are kept. */
  get persisted(): number {
    return this.#persisted?.size ?? 0;
  }

  isTrusted(text: string): boolean {
    return this.#trustedTexts.has(text);
  }

  /**
   * The text to run.
   * @throws GraphQLError with a code of the catalogue where it is not known or not allowed; Error where it is not what its
   * hash says.
   */
  textOf({ text, hash: given }: AskedDocument): string {
    if (text === undefined) return this.#find(given ?? '');
    if (given !== undefined) {
      if (!this.#takesHashes) throw refusal('PERSISTED_QUERY_NOT_SUPPORTED');
      // Else one client could give another's hash a text of its own.
      if (hash('sha256', text) !== given) throw new Error('The hash is not that of the query');
    }
    if (this.#isClosed && !this.#trustedTexts.has(text)) throw refusal('DOCUMENT_NOT_TRUSTED');
    if (given !== undefined && !this.#trusted.has(given)) this.#persisted?.set(given, text);
    return text;
  }

  #find(id: string): string {
    const text = this.#trusted.get(id) ?? this.#persisted?.get(id);
    if (text !== undefined) return text;
    // Whoever is told that it was not found sends the text next, in vain.
    if (this.#isClosed) throw refusal('DOCUMENT_NOT_TRUSTED');
    throw refusal(this.#takesHashes ? 'PERSISTED_QUERY_NOT_FOUND' : 'PERSISTED_QUERY_NOT_SUPPORTED');
  }

  get #takesHashes(): boolean {
    return this.#persisted !== undefined || this.#isClosed || this.#trusted.size > 0;
  }
}

type Refusal = Extract<ErrorCode, `PERSISTED_QUERY_${string}` | 'DOCUMENT_NOT_TRUSTED'>;

function refusal(code: Refusal): GraphQLError {
  const error = new AppError(code, {});
  return new GraphQLError(error.message, { extensions: errorExtensions(error) });
}
