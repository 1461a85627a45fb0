import assert from 'node:assert/strict';
import { test } from 'node:test';
import { highlightHtml } from './highlight-html.ts';

test('matches are marked', () => {
  assert.equal(highlightHtml('Forno \uE000Pizza\uE001'), 'Forno <mark>Pizza</mark>');
});

test('nothing else can become HTML', () => {
  assert.equal(
    highlightHtml('\uE000<script>\uE001alert(1)</script>'),
    '<mark>&lt;script&gt;</mark>alert(1)&lt;/script&gt;',
  );
  assert.equal(highlightHtml(`"Tom's" & <b>`), '&quot;Tom&#39;s&quot; &amp; &lt;b&gt;');
  assert.equal(highlightHtml('&lt;mark&gt;'), '&amp;lt;mark&amp;gt;', 'what is escaped already is text too');
});
