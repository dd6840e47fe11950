import { maskNames } from './code.ts';
import type { Segment } from './segment.ts';

/** Written by `npm run docs` from texts that the gate reads where they are. */
const GENERATED = new Set(['docs/cli.md', 'docs/configuration.md', 'docs/errors.md']);
/** A heading, an item, a cell or a paragraph ends where the next one begins. */
const BREAK = /\n[ \t]*\n|\n(?=[ \t]*(?:[-*+]|\d+\.|#+|\||>)[ \t])|(?<=^|\n)(?=#)|\|/g;

/** Texts of a Markdown page outside of blocks of code, names in backticks and targets of links; and the name of its file. */
export function extractPage(path: string, source: string): Segment[] {
  if (GENERATED.has(path)) return [];
  const prose = [/^[ \t]*(```|~~~).*?^[ \t]*\1[ \t]*$/gms, /(?<=\])\([^)\s]*\)/g, /<!--.*?-->/gs, /<[^>\n]*>/g].reduce(
    (text, code) => text.replaceAll(code, (found) => found.replaceAll(/[^\n]/g, ' ')),
    source,
  );
  const name = path.replace(/^.*\//, '').replace(/\.md$/, '').replaceAll('-', ' ');
  const segments: Segment[] = [{ offset: 0, text: name, kind: 'page' }];
  let from = 0;
  const push = (to: number): void => {
    const text = prose.slice(from, to);
    const marks = /^\s*(?:[-*+]|\d+\.|#+|>)?\s*(?:\*\*)?/.exec(text)?.[0] ?? '';
    if (/[a-z]/i.test(text))
      segments.push({
        offset: from,
        text: maskNames(' '.repeat(marks.length) + text.slice(marks.length)),
        kind: 'page',
      });
  };
  for (const found of prose.matchAll(BREAK)) {
    push(found.index);
    from = found.index + found[0].length;
  }
  push(prose.length);
  return segments;
}
