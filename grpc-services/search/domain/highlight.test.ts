import assert from 'node:assert/strict';
import { test } from 'node:test';
import { highlight } from './highlight.ts';

const marked = (name: string, text: string, body = '') =>
  highlight({ name, body }, text).replaceAll('\uE000', '[').replaceAll('\uE001', ']');

test('words that begin with one that was asked for, whatever their case', () => {
  assert.equal(marked('Margherita Pizza', 'PIZ'), 'Margherita [Pizza]');
});

test('words with a typing error', () => {
  assert.equal(marked('Pizza Nonna', 'piza'), '[Pizza] Nonna');
  assert.equal(marked('Sushi Umi', 'suhsi'), '[Sushi] Umi');
});

test('the piece of the description around the match, where the name has none', () => {
  const body = `${'long before '.repeat(20)}with basil ${'long after '.repeat(20)}`;
  const piece = marked('Margherita', 'basil', body);
  assert.match(piece, /\[basil\]/);
  assert.ok(piece.length <= 162);
});

test('the plain name where nothing matches; markers in a text do not survive', () => {
  assert.equal(marked('Soup', 'xyzzy'), 'Soup');
  assert.equal(marked('Evil \uE000name\uE001', 'xyzzy'), 'Evil name');
});
