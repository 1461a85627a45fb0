const htmlOf: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '\uE000': '<mark>',
  '\uE001': '</mark>',
};

/**
 * A highlight of the search service as HTML: its text escaped, what stands between U+E000 and U+E001 in `<mark>`. One
 * pass, so that nothing in the text can become a tag, not even text that looks like an escaped one.
 */
export function highlightHtml(highlight: string): string {
  return highlight.replace(/[&<>"'\uE000\uE001]/g, (character) => htmlOf[character] ?? '');
}
