export interface Import {
  readonly specifier: string;
  readonly line: number;
}

/**
 * The import specifiers of a TypeScript source: import and export declarations, of types too, `import('…')` and
 * `import('…').Type`. Declarations are looked for at the start of a line, where the formatter puts them, so that
 * code inside a template text is not taken for one.
 */
export function readImports(source: string): Import[] {
  const code = blankComments(source);
  const patterns = [
    /^(?:import|export)\b[^;'"`]*?\bfrom\s*['"]([^'"\n]+)['"]/gm,
    /^import\s*['"]([^'"\n]+)['"]/gm,
    /(?<![\w.$])import\(\s*['"]([^'"\n]+)['"]/g,
  ];
  return patterns
    .flatMap((pattern) => [...code.matchAll(pattern)])
    .sort((a, b) => a.index - b.index)
    .map((match) => ({ specifier: match[1] ?? '', line: code.slice(0, match.index).split('\n').length }));
}

/** Comments become blanks, line breaks stay. A text is matched first, so that a `//` inside a URL is not a comment. */
function blankComments(source: string): string {
  const textOrComment =
    /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
  return source.replace(textOrComment, (match) =>
    match.startsWith('/') ? match.replace(/[^\n]/g, ' ') : match,
  );
}
