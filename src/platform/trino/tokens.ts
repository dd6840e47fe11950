import { AppError } from '../errors/index.ts';

export type TokenKind = 'word' | 'name' | 'text' | 'number' | 'sign' | 'parameter';

/** A token of a statement in DuckDB's SQL. */
export interface Token {
  readonly kind: TokenKind;
  /** As written; of a `name` without its quotes, of a `text` its value, of a `parameter` its number from 1. */
  readonly text: string;
}

const SPACE = /(?:\s+|--[^\n]*(?:\n|$))+/y;
const WORD = /[\p{L}_][\p{L}\p{N}_]*/uy;
const NUMBER = /(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const NAME = /"((?:[^"]|"")*)"/y;
const TEXT = /'((?:[^']|'')*)'/y;
const PARAMETER = /\$(\d+)|\?/y;
const SIGN = /::|:=|<>|!=|<=|>=|=>|->|\|\||\/\/|==|[-+*/%(),.;<>=[\]{}:&|~^!]/y;

/** Splits a statement. Error: `lake_sql_untranslatable` for a character that no token begins with. */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let questions = 0;
  const match = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const found = pattern.exec(sql);
    if (found !== null) at = pattern.lastIndex;
    return found;
  };
  while (at < sql.length) {
    if (match(SPACE) !== null) continue;
    const [word] = match(WORD) ?? [];
    if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else if (!takeOther()) throw createUntranslatable(`the character ${JSON.stringify(sql[at])}`);
  }
  return tokens;

  function takeOther(): boolean {
    const name = match(NAME);
    if (name !== null) return push('name', (name[1] ?? '').replaceAll('""', '"'));
    const text = match(TEXT);
    if (text !== null) return push('text', (text[1] ?? '').replaceAll("''", "'"));
    const parameter = match(PARAMETER);
    if (parameter !== null) {
      if (parameter[1] === undefined) questions += 1;
      return push('parameter', parameter[1] ?? String(questions));
    }
    const number = match(NUMBER);
    if (number !== null) return push('number', number[0].replaceAll('_', ''));
    const sign = match(SIGN);
    return sign !== null && push('sign', sign[0]);
  }

  function push(kind: TokenKind, text: string): true {
    tokens.push({ kind, text });
    return true;
  }
}

/** A statement that the other engine cannot run: a fault of ours, found by the tests of each statement. */
export function createUntranslatable(what: string): AppError {
  return new AppError('lake_sql_untranslatable', `A statement cannot be translated for Trino: ${what}.`);
}

export function isUntranslatable(error: unknown): boolean {
  return error instanceof AppError && error.code === 'lake_sql_untranslatable';
}
