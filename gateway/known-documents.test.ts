import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import { GraphQLError } from 'graphql';
import { KnownDocuments, type KnownDocumentsOptions, maxPersistedChars } from './known-documents.ts';

const sha = (text: string) => hash('sha256', text);
const books = '{ books { title } }';
const trusted = new Map([[sha(books), books]]);
const other = '{ me }';

/** The text, or the code of the refusal. */
function ask(documents: KnownDocuments, text: string | undefined, given?: string): string | undefined {
  try {
    return documents.textOf({ text, hash: given });
  } catch (error) {
    assert.ok(error instanceof GraphQLError);
    return String(error.extensions['code']);
  }
}

const notFound = 'PERSISTED_QUERY_NOT_FOUND';
const notSupported = 'PERSISTED_QUERY_NOT_SUPPORTED';
const notTrusted = 'DOCUMENT_NOT_TRUSTED';

// What becomes of: a trusted hash, an unknown hash, another text, that text with its hash, its hash after that.
const cases: [options: KnownDocumentsOptions, expected: (string | undefined)[]][] = [
  [{ mode: 'allow' }, [books, notFound, other, other, other]],
  [{ mode: 'allow', maxPersisted: 0 }, [books, notFound, other, other, notFound]],
  [{ mode: 'off' }, [notFound, notFound, other, other, other]],
  [{ mode: 'off', maxPersisted: 0 }, [notSupported, notSupported, other, notSupported, notSupported]],
  [{ mode: 'only' }, [books, notTrusted, notTrusted, notTrusted, notTrusted]],
  [{ mode: 'only', maxPersisted: 0 }, [books, notTrusted, notTrusted, notTrusted, notTrusted]],
];
for (const [options, expected] of cases) {
  test(`${JSON.stringify(options)}: what is known`, () => {
    const documents = new KnownDocuments({ ...options, trusted });
    const answers = [
      ask(documents, undefined, sha(books)),
      ask(documents, undefined, sha('never sent')),
      ask(documents, other),
      ask(documents, other, sha(other)),
      ask(documents, undefined, sha(other)),
    ];
    assert.deepEqual(answers, expected);
  });
}

test('the whole text of a trusted document is as good as its hash, a blank more is not', () => {
  const documents = new KnownDocuments({ mode: 'only', trusted });
  assert.equal(ask(documents, books), books);
  assert.equal(ask(documents, books, sha(books)), books);
  assert.equal(ask(documents, `${books} `), notTrusted);
});

test('a text under a hash that is not its own is refused, and not kept', () => {
  const documents = new KnownDocuments();
  assert.throws(() => documents.textOf({ text: other, hash: sha(books) }), /not that of the query/);
  assert.equal(ask(documents, undefined, sha(books)), notFound);
  assert.equal(documents.persisted, 0);
});

test('a text without its hash is not kept', () => {
  const documents = new KnownDocuments();
  documents.textOf({ text: other, hash: undefined });
  assert.equal(documents.persisted, 0);
});

test('texts are kept up to their number, the ones used least recently leave', () => {
  const documents = new KnownDocuments({ maxPersisted: 2 });
  const texts = ['{ a: me }', '{ b: me }', '{ c: me }'] as const;
  for (const text of texts.slice(0, 2)) documents.textOf({ text, hash: sha(text) });
  assert.equal(ask(documents, undefined, sha(texts[0])), texts[0]);
  documents.textOf({ text: texts[2], hash: sha(texts[2]) });
  assert.equal(documents.persisted, 2);
  assert.equal(ask(documents, undefined, sha(texts[0])), texts[0]);
  assert.equal(ask(documents, undefined, sha(texts[1])), notFound);
});

test('a text of the largest size is kept, a larger one runs and is not', () => {
  const documents = new KnownDocuments();
  const largest = `{ me } #${'x'.repeat(maxPersistedChars - 8)}`;
  assert.equal(largest.length, maxPersistedChars);
  documents.textOf({ text: largest, hash: sha(largest) });
  assert.equal(ask(documents, undefined, sha(largest)), largest);
  const larger = `${largest}x`;
  assert.equal(documents.textOf({ text: larger, hash: sha(larger) }), larger);
  assert.equal(ask(documents, undefined, sha(larger)), notFound);
  assert.equal(documents.persisted, 1);
});

test('all of them together are bounded', () => {
  const documents = new KnownDocuments({ maxPersisted: 100_000 });
  for (let number = 0; number < 300; number++) {
    const text = `{ me } #${number}${'x'.repeat(maxPersistedChars - 100)}`;
    documents.textOf({ text, hash: sha(text) });
  }
  assert.equal(documents.persisted, 256);
});
