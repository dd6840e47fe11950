import { RE2JS, RE2JSException, RE2JSSyntaxException } from 're2js';
import { buildInvalidFilter } from '../../wire/index.ts';

/** Highest count of a repeat; RE2 allows ten times as many. */
const MOST_REPEATS = 100;

/** Connector punctuation without `_`, which is a word character. */
const OTHER_CONNECTORS = '\\x{203F}\\x{2040}\\x{2054}\\x{FE33}\\x{FE34}\\x{FE4D}-\\x{FE4F}\\x{FF3F}';

/** Members of the Unicode classes; those of RE2 are ASCII. The negated ones can be combined with other members of a class. */
const MEMBERS: Readonly<Record<string, string>> = {
  d: '\\p{Nd}',
  D: '\\P{Nd}',
  w: '_\\p{L}\\p{N}',
  W: `\\p{M}\\p{Pd}\\p{Ps}\\p{Pe}\\p{Pi}\\p{Pf}\\p{Po}${OTHER_CONNECTORS}\\p{S}\\p{Z}\\p{C}`,
  s: '\\t-\\r\\p{Z}\\x{FEFF}',
  S: '\\x{0}-\\x{8}\\x{E}-\\x{1F}!-\\x{9F}\\x{A1}-\\x{167F}\\x{1681}-\\x{1FFF}\\x{200B}-\\x{2027}\\x{202A}-\\x{202E}\\x{2030}-\\x{205E}\\x{2060}-\\x{2FFF}\\x{3001}-\\x{FEFE}\\x{FF00}-\\x{10FFFF}',
};

/** A quotation, an escape, the beginning or end of a class or a named class in it, a counted repeat. */
const TOKEN =
  /\\Q[\s\S]*?(?:\\E|$)|\\[pPx]\{[^}]*\}|\\(?<escaped>[\s\S])|\[:\^?\w+:\]|(?<open>\[\^?\]?)|(?<close>\])|\{(?<min>\d+)(?:,(?<max>\d*))?\}/gu;

/**
 * Writes `\d`, `\w`, `\s` and their opposites as Unicode classes. Example: `expandClasses('\\d+')` = `[\p{Nd}]+`. Error:
 * `RE2JSSyntaxException` for a count of repeats above 100.
 */
function expandClasses(pattern: string): string {
  let inClass = false;
  return pattern.replaceAll(TOKEN, (token, ...rest) => {
    const { escaped, open, close, min, max }: Record<string, string | undefined> = rest.at(-1);
    const members = MEMBERS[escaped ?? ''];
    if (members !== undefined) return inClass ? members : `[${members}]`;
    // In a class, `[` is a character.
    if (inClass) inClass = close === undefined && open?.endsWith(']') !== true;
    else if (open !== undefined) inClass = true;
    else if (Math.max(Number(min ?? 0), Number(max ?? 0)) > MOST_REPEATS) {
      throw new RE2JSSyntaxException('invalid repeat count', token);
    }
    return token;
  });
}

/** Counted repeats are expanded; a pattern with more instructions than this is an attack. */
const MOST_INSTRUCTIONS = 2_000;
/** Compiling takes time that grows with the pattern: 0.3 s for 10,000 characters. */
const MOST_CHARACTERS = 2_000;

/**
 * Whether a text contains a match of a regular expression in RE2's syntax, in a time that is at most the length of the text
 * times that of the pattern: a filter could make a backtracking matcher run forever. `\d`, `\w` and `\s` know Unicode, `\b`
 * ASCII only. Example: `compilePattern('^ab+')('abbc')` is true. Error: `search_filter_invalid`.
 */
export function compilePattern(pattern: string): (text: string) => boolean {
  if (pattern.length > MOST_CHARACTERS) throw tooLong();
  const compiled = compile(pattern);
  if (compiled.programSize() > MOST_INSTRUCTIONS) throw tooLong();
  return (text) => compiled.test(text);
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(expandClasses(pattern));
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw buildInvalidFilter(`Invalid regular expression ${JSON.stringify(pattern.slice(0, 200))} after RLIKE.`);
  }
}

function tooLong(): Error {
  return buildInvalidFilter('The regular expression after RLIKE is too long.');
}
