import ts from 'typescript';
import { extractCode, maskNames } from './code.ts';
import type { Kind, Segment } from './segment.ts';

/** As `extractCode` of a `.tsx` file, with the text between tags. Only the parser tells that text from code. */
export function extractJsx(path: string, source: string, strings: Kind | null): Segment[] {
  const file = ts.createSourceFile(path, source, {
    languageVersion: ts.ScriptTarget.Latest,
    jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
  });
  const between: Segment[] = [];
  let code = source;
  const mask = (from: number, to: number): void => {
    code = code.slice(0, from) + ' '.repeat(to - from) + code.slice(to);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node)) {
      if (strings !== null && /[a-z]/i.test(node.text)) {
        between.push({ offset: node.pos, text: maskNames(source.slice(node.pos, node.end)), kind: strings });
      }
      mask(node.pos, node.end);
    } else if (ts.isJsxClosingElement(node) || ts.isJsxClosingFragment(node)) mask(node.pos, node.end);
    else {
      // The slash of a tag without an end would begin a regular expression.
      if (ts.isJsxSelfClosingElement(node)) mask(node.end - 2, node.end);
      ts.forEachChild(node, visit);
    }
  };
  visit(file);
  return [...extractCode(code, strings), ...between];
}
