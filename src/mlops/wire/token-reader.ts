import type { Token } from './grammar-tokens.ts';

/** The tokens of a filter or an order, taken from left to right. */
export interface Reader {
  peek(): Token | undefined;
  next(): Token | undefined;
  /** Takes the next token when it is this word, in any case. */
  word(word: string): boolean;
  sign(sign: string): boolean;
}

export function createReader(tokens: readonly Token[]): Reader {
  let at = 0;
  const take = (matches: boolean): boolean => {
    if (matches) at += 1;
    return matches;
  };
  const peek = () => tokens[at];
  return {
    peek,
    next: () => tokens[at++],
    word: (word) => take(peek()?.kind === 'word' && peek()?.text.toUpperCase() === word),
    sign: (sign) => take(peek()?.kind === 'sign' && peek()?.text === sign),
  };
}
