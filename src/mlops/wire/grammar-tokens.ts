import { buildInvalidFilter } from './errors.ts';

export type Token =
  /** `quote` is the sign around it, which `text` is without: ' " or a backtick. */
  | { readonly kind: 'quoted'; readonly quote: string; readonly text: string }
  | { readonly kind: 'word' | 'number' | 'operator' | 'sign'; readonly text: string };

/** Longest first where two could match; a number may carry its sign, since the grammar has no arithmetic. */
const PATTERNS: readonly (readonly [Token['kind'] | 'space', RegExp])[] = [
  ['space', /\s+/y],
  ['quoted', /'(?:''|[^'])*'|"(?:""|[^"])*"|`[^`]*`/y],
  ['number', /-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\p{L}\p{N}_])/uy],
  ['word', /[\p{L}\p{N}_@$]+/uy],
  ['operator', /[<>=!~]+/y],
  ['sign', /[.,();]/y],
];

/** More than the largest list of values and all comparisons need. */
const MOST_TOKENS = 25_000;

/** The tokens of a filter or an order_by clause. Error: `search_filter_invalid` at the first sign of no token. */
export function tokenize(text: string): Token[] {
  if (text.includes('\0')) throw buildInvalidFilter('A filter cannot contain a NUL character.');
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const [kind, found] = match(text, at);
    at += found.length;
    if (kind === 'space') continue;
    tokens.push(toToken(kind, found));
    if (tokens.length > MOST_TOKENS)
      throw buildInvalidFilter(`Invalid filter: it has more than ${MOST_TOKENS} tokens.`);
  }
  return tokens;
}

function match(text: string, at: number): [Token['kind'] | 'space', string] {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) return [kind, found];
  }
  throw buildInvalidFilter(
    `Invalid clause(s) in filter string: cannot read ${JSON.stringify(text.slice(at, at + 40))}.`,
  );
}

function toToken(kind: Token['kind'], text: string): Token {
  if (kind !== 'quoted') return { kind, text };
  const quote = text.slice(0, 1);
  return { kind, quote, text: text.slice(1, -1).replaceAll(quote + quote, quote) };
}

/** The token as the person wrote it, for error texts. */
export function formatToken(token: Token | undefined): string {
  if (token === undefined) return 'the end';
  return token.kind === 'quoted' ? `${token.quote}${token.text}${token.quote}` : token.text;
}
