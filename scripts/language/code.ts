import type { Kind, Segment } from './segment.ts';

/** Everything that can begin a comment, a string, a template or a regular expression, and the braces that end `${`. */
const TOKEN = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*"|[`{}/]/g;
const REGEX = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
/** One literal part of a template: up to `${` or its end. */
const TEMPLATE_PART = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*/y;
/** After a value, a slash divides. After anything else it begins a regular expression. */
const VALUE_BEFORE = /(?:[\w$)\]]|\+\+|--)\s*$/;
const KEYWORD_BEFORE = /(?:^|[^\w$.])(?:return|typeof|case|in|of|do|else|void|delete|throw|yield|await)\s*$/;

/** Comments of TypeScript without JSX, and its strings and templates as `strings` (null: leaves them out). */
export function extractCode(source: string, strings: Kind | null): Segment[] {
  const segments: Segment[] = [];
  /** One entry for each open brace: the start of the template that it interrupts, or -1 for a block. */
  const braces: number[] = [];
  const token = new RegExp(TOKEN);
  const template = (from: number): number => {
    TEMPLATE_PART.lastIndex = from;
    const text = TEMPLATE_PART.exec(source)?.[0] ?? '';
    const end = from + text.length;
    pushString(segments, from, text, strings);
    if (source[end] !== '$') return end + 1;
    braces.push(from);
    return end + 2;
  };
  for (let found = token.exec(source); found !== null; found = token.exec(source)) {
    const [text] = found;
    const at = found.index;
    if (text.startsWith('//') || text.startsWith('/*')) pushComment(segments, source, at, text);
    else if (text === '/') token.lastIndex = endOfSlash(source, at);
    else if (text === '`') token.lastIndex = template(at + 1);
    else if (text === '{') braces.push(-1);
    else if (text === '}') {
      if ((braces.pop() ?? -1) >= 0) token.lastIndex = template(at + 1);
    } else pushString(segments, at + 1, text.slice(1, -1), strings);
  }
  return segments;
}

function endOfSlash(source: string, at: number): number {
  const before = source.slice(Math.max(0, at - 40), at);
  if (VALUE_BEFORE.test(before) && !KEYWORD_BEFORE.test(before)) return at + 1;
  REGEX.lastIndex = at;
  return REGEX.test(source) ? REGEX.lastIndex : at + 1;
}

const SQL =
  /\b(?:SELECT|FROM|WHERE|JOIN|UPDATE|VALUES|GROUP BY)\b|^\s*(?:select|update|insert|delete from|create|alter|with|join|where)\s|\bset \w+ = |\bis (?:not )?null\b/;

/** Prose has words that are apart and is not SQL: `'beside'` is a value. */
export function pushString(segments: Segment[], offset: number, text: string, kind: Kind | null): void {
  if (kind === null || !/(?:^|[a-z,;:])\s+[a-z]|[a-z]\s+$/i.test(text) || SQL.test(text)) return;
  segments.push({ offset, text: maskNames(text.replaceAll(/\\[nt]/g, '  ')), kind });
}

/** Adds a comment without its marks. Line comments that follow each other are one text. */
export function pushComment(segments: Segment[], source: string, offset: number, comment: string): void {
  const last = segments.at(-1);
  const end = last === undefined ? 0 : last.offset + last.text.length;
  if (comment.startsWith('//') && last?.kind === 'comment' && /^\n[ \t]*$/.test(source.slice(end, offset))) {
    const text = source.slice(end, offset) + maskMarks(comment);
    segments[segments.length - 1] = { ...last, text: last.text + text };
  } else segments.push({ offset, text: maskMarks(comment), kind: 'comment' });
}

function maskMarks(comment: string): string {
  const blank = (marks: string) => marks.replaceAll(/[^\s]/g, ' ');
  if (comment.startsWith('//')) return maskNames(`  ${comment.slice(2)}`);
  return maskNames(
    comment
      .replace(/^\/\*+/, blank)
      .replace(/\*+\/$/, blank)
      .replaceAll(/^[ \t]*\*/gm, blank),
  );
}

/** Hides names of code in backticks and addresses: they are not prose. The length stays. */
export function maskNames(text: string): string {
  return text.replaceAll(/`[^`\n]*`|\bhttps?:\/\/\S+/g, (name) => '\u0001'.repeat(name.length));
}
