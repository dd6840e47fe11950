import { invalidFilter } from '../../wire/index.ts';

/** Tests whether a character matches; -1 encodes the positions before the first and after the last character. */
export type Test = (character: number) => boolean;

export type Node =
  | { readonly kind: 'character'; readonly test: Test }
  | { readonly kind: 'start' | 'end' | 'boundary' }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly Node[] }
  | { readonly kind: 'repeat'; readonly part: Node; readonly min: number; readonly max: number };

/** A pattern that unfolds into more than this is refused; so are counts above it. */
const MOST_REPEATS = 100;

/**
 * Parses the regular expressions that RLIKE supports: characters, `.`, classes, `\d \w \s \b` and their opposites,
 * groups, `|`, `^ $`, `* + ? {m,n}`. References and look-around are refused: no algorithm for them is fast on every
 * text.
 */
export function parsePattern(pattern: string): Node {
  const characters = [...pattern];
  let at = 0;
  const peek = () => characters[at];
  const take = (wanted: string): boolean => {
    if (characters[at] !== wanted) return false;
    at += 1;
    return true;
  };

  function choice(depth: number): Node {
    if (depth > MOST_REPEATS) throw invalidPattern(pattern);
    const parts = [sequence(depth)];
    while (take('|')) parts.push(sequence(depth));
    return { kind: 'choice', parts };
  }

  function sequence(depth: number): Node {
    const parts: Node[] = [];
    while (at < characters.length && peek() !== '|' && peek() !== ')') parts.push(repeated(atom(depth)));
    return { kind: 'sequence', parts };
  }

  function repeated(part: Node): Node {
    const range = rangeHere();
    if (range === null) return part;
    // Lazy and greedy repeats capture different text, but match the same texts.
    take('?');
    return { kind: 'repeat', part, ...range };
  }

  function rangeHere(): { min: number; max: number } | null {
    if (take('*')) return { min: 0, max: Number.POSITIVE_INFINITY };
    if (take('+')) return { min: 1, max: Number.POSITIVE_INFINITY };
    if (take('?')) return { min: 0, max: 1 };
    const counted = /^\{(\d{1,4})(?:(,)(\d{0,4}))?\}/.exec(characters.slice(at, at + 12).join(''));
    if (counted === null) return null;
    at += counted[0].length;
    const min = Number(counted[1]);
    const max = counted[2] === undefined ? min : counted[3] === '' ? Number.POSITIVE_INFINITY : Number(counted[3]);
    if (min > MOST_REPEATS || (Number.isFinite(max) && max > MOST_REPEATS) || max < min) throw invalidPattern(pattern);
    return { min, max };
  }

  function atom(depth: number): Node {
    const character = characters[at++] ?? '';
    if (character === '(') return group(depth);
    if (character === '[') return { kind: 'character', test: characterClass() };
    if (character === '.') return { kind: 'character', test: (code) => code !== 10 };
    if (character === '^') return { kind: 'start' };
    if (character === '$') return { kind: 'end' };
    if (character === '\\') return escaped();
    if ('*+?'.includes(character)) throw invalidPattern(pattern);
    return { kind: 'character', test: isCode(character) };
  }

  function group(depth: number): Node {
    if (take('?') && !take(':')) throw invalidPattern(pattern);
    const inner = choice(depth + 1);
    if (!take(')')) throw invalidPattern(pattern);
    return inner;
  }

  function escaped(): Node {
    const letter = characters[at++];
    if (letter === undefined || /[1-9BAZ]/.test(letter)) throw invalidPattern(pattern);
    if (letter === 'b') return { kind: 'boundary' };
    return { kind: 'character', test: escapeClass(letter) ?? isCode(escapeCharacters[letter] ?? letter) };
  }

  function characterClass(): Test {
    const isOpposite = take('^');
    const tests: Test[] = [];
    for (let isFirst = true; isFirst || peek() !== ']'; isFirst = false) {
      const from = characters[at++];
      if (from === undefined) throw invalidPattern(pattern);
      if (from === '\\') {
        const letter = characters[at++] ?? '';
        tests.push(escapeClass(letter) ?? isCode(escapeCharacters[letter] ?? letter));
      } else if (peek() === '-' && characters[at + 1] !== ']' && characters[at + 1] !== undefined) {
        const [low, high] = [codeOf(from), codeOf(characters[at + 1] ?? '')];
        at += 2;
        tests.push((code) => code >= low && code <= high);
      } else {
        tests.push(isCode(from));
      }
    }
    at += 1;
    return (code) => tests.some((test) => test(code)) !== isOpposite;
  }

  const whole = choice(0);
  if (at < characters.length) throw invalidPattern(pattern);
  return whole;
}

const escapeCharacters: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', f: '\f', v: '\v', '0': '\0' };

export function isWord(code: number): boolean {
  return code >= 0 && /[\p{L}\p{N}_]/u.test(String.fromCodePoint(code));
}

function escapeClass(letter: string): Test | null {
  const classes: Readonly<Record<string, Test>> = {
    d: (code) => /\p{Nd}/u.test(String.fromCodePoint(code)),
    w: isWord,
    s: (code) => /\s/u.test(String.fromCodePoint(code)),
  };
  const test = classes[letter.toLowerCase()];
  if (test === undefined) return null;
  return letter === letter.toLowerCase() ? test : (code) => !test(code);
}

function codeOf(character: string): number {
  return character.codePointAt(0) ?? -1;
}

function isCode(character: string): Test {
  const wanted = codeOf(character);
  return (code) => code === wanted;
}

function invalidPattern(pattern: string): Error {
  return invalidFilter(`Invalid regular expression ${JSON.stringify(pattern.slice(0, 200))} after RLIKE.`);
}
