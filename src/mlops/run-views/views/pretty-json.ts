const INDENT = '  ';
/** Below this depth the indentation no longer grows: a file of brackets would become a page of spaces. */
const DEEPEST = 40;

/**
 * JSON with one value a line. Only space between tokens changes: numbers keep every digit and keys their order, which
 * parsing and writing again would not promise. The text must be JSON.
 * Example: `{"a":[1,2]}` -> `{`, `  "a": [`, `    1,`, `    2`, `  ]`, `}`.
 */
export function formatJson(text: string): string {
  const written: string[] = [];
  let depth = 0;
  const newLine = () => written.push('\n', INDENT.repeat(Math.min(depth, DEEPEST)));
  let after = '';
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s"[\]{},:]+/gs)) {
    const closes = token === ']' || token === '}';
    const empty = closes && (after === '[' || after === '{');
    if (closes) depth -= 1;
    if (empty) written.push(token);
    else if (closes) {
      newLine();
      written.push(token);
    } else {
      if (after === '[' || after === '{' || after === ',') newLine();
      written.push(token === ':' ? ': ' : token);
    }
    if (token === '[' || token === '{') depth += 1;
    after = token;
  }
  return written.join('');
}
