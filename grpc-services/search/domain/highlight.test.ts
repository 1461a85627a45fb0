import assert from 'node:assert/strict';
import { test } from 'node:test';
import { highlight } from './highlight.ts';

const marked = (name: string, words: readonly string[], body = '') =>
  highlight({ name, body, words }).replaceAll('\uE000', '[').replaceAll('\uE001', ']');

test('the words that were found, as the name spells them', () => {
  assert.equal(marked('Café Müller & Sons', ['cafe', 'muller']), '[Café] [Müller] & Sons');
  assert.equal(marked('Salmon Salad', ['salmon']), '[Salmon] Salad', 'similar words stay unmarked');
});

test('the piece of the body around the match, in whole words, where the name has none', () => {
  const body = `${'long before '.repeat(20)}with basil ${'long after '.repeat(20)}`;
  const piece = marked('Margherita', ['basil'], body);
  assert.match(piece, /^(before|long) .* with \[basil\] .* (long|after)$/);
  assert.ok(piece.length <= 162, piece);
  assert.equal(marked('Margherita', ['basil'], 'Tomato, basil.'), 'Tomato, [basil].');
});

test('a word as long as the whole piece is still shown', () => {
  const word = 'a'.repeat(300);
  assert.match(marked('Soup', ['a'.repeat(50)], `x ${word} y`), /\[a{300}\]/);
});

test('the plain name where nothing matches; markers in a text do not survive', () => {
  assert.equal(marked('Soup', ['xyzzy']), 'Soup');
  assert.equal(marked('Evil \uE000name\uE001', ['xyzzy']), 'Evil name');
  assert.equal(marked('Evil \uE000name\uE001', ['name']), 'Evil [name]');
});
