import type { LakeParameter } from '../lake/index.ts';
import { quoteIdentifier, quoteLiteral } from '../lake/index.ts';
import { isAggregate, translateCall } from './functions.ts';
import { expandAll } from './group-by-all.ts';
import type { Item } from './item.ts';
import { findRefusedWord, isKeyword, UNITS } from './keywords.ts';
import { createUntranslatable, type Token, tokenize } from './tokens.ts';
import { translateType } from './types.ts';

/** A FROM item of a statement: the arguments of `lake_files(...)` as written, in; SQL of Trino, out. */
export type ScanSql = (values: readonly string[]) => string;

/**
 * Translates a statement from the subset of DuckDB's SQL that both engines have (docs/adr) to Trino's. Casts, divisions, list literals, lambdas and functions
 * are rewritten; a word or function that is not known to mean the same in both is refused, so that no figure differs silently.
 * Error: `lake_sql_untranslatable`.
 */
export function translateToTrino(sql: string, parameters: readonly LakeParameter[], scan: ScanSql): string {
  const translator = new Translator(tokenize(sql), parameters, scan);
  return translator.translate();
}

class Translator {
  readonly #tokens: readonly Token[];
  readonly #parameters: readonly LakeParameter[];
  readonly #scan: ScanSql;
  #at = 0;

  constructor(tokens: readonly Token[], parameters: readonly LakeParameter[], scan: ScanSql) {
    this.#tokens = tokens;
    this.#parameters = parameters;
    this.#scan = scan;
  }

  translate(): string {
    const items = this.#readLevel(null);
    if (this.#at < this.#tokens.length) throw createUntranslatable(`an unpaired ${this.#tokens[this.#at]?.text}`);
    return render(items);
  }

  #peek(ahead = 0): Token | undefined {
    return this.#tokens[this.#at + ahead];
  }

  #isSign(text: string, ahead = 0): boolean {
    const token = this.#peek(ahead);
    return token?.kind === 'sign' && token.text === text;
  }

  /** Reads to the closing sign of this level, and over it. */
  #readLevel(closing: string | null): Item[] {
    const items: Item[] = [];
    for (let token = this.#peek(); token !== undefined; token = this.#peek()) {
      if (closing !== null && this.#isSign(closing)) {
        this.#at += 1;
        return finishLevel(items);
      }
      if (token.kind === 'sign' && [')', ']', '}'].includes(token.text)) break;
      this.#at += 1;
      this.#take(token, items);
    }
    if (closing !== null) throw createUntranslatable(`no ${closing}`);
    return finishLevel(items);
  }

  #take(token: Token, items: Item[]): void {
    if (token.kind === 'word') this.#takeWord(token.text, items);
    else if (token.kind === 'sign') this.#takeSign(token.text, items);
    else this.#pushPrimary(items, this.#literal(token));
  }

  #literal({ kind, text }: Token): string {
    if (kind === 'name') return quoteIdentifier(text);
    if (kind === 'text') return quoteLiteral(text);
    return kind === 'parameter' ? this.#parameter(Number(text)) : text;
  }

  #parameter(place: number): string {
    const value = this.#parameters[place - 1];
    if (value === undefined) throw createUntranslatable(`no value for parameter ${place}`);
    if (typeof value === 'string') return quoteLiteral(value);
    if (typeof value === 'number' && !Number.isInteger(value)) return value.toExponential();
    return String(value);
  }

  #takeSign(sign: string, items: Item[]): void {
    const plain = SIGNS.get(sign);
    if (sign === '(') {
      const inner = this.#readLevel(')');
      this.#pushPrimary(items, `(${render(inner)})`, null, holdsAggregate(inner));
    } else if (sign === '[') this.#pushPrimary(items, `ARRAY[${render(this.#readLevel(']'))}]`);
    else if (plain === undefined) throw createUntranslatable(`the sign ${sign}`);
    else items.push({ sql: plain, isPrimary: false, word: null });
  }

  #takeWord(text: string, items: Item[]): void {
    const word = text.toUpperCase();
    const refused = findRefusedWord(word, this.#peek()?.text.toUpperCase());
    if (refused !== null) throw createUntranslatable(refused);
    if (word === 'LAMBDA') this.#takeLambda(items);
    else if (word === 'INTERVAL' && this.#peek()?.kind !== 'sign') this.#takeInterval(items);
    else if (CLAUSES.has(word) && this.#isSign('(')) this.#takeClause(word, items);
    else if (isKeyword(word)) this.#takeKeyword(text, word, items);
    else if (this.#isSign('(') && !isNamed(items)) this.#takeCall(text.toLowerCase(), items);
    else this.#pushPrimary(items, text, word);
  }

  /** `FILTER (...)` and `OVER (...)` belong to the call before them. */
  #takeClause(word: string, items: Item[]): void {
    this.#at += 1;
    const read = this.#readLevel(')');
    // DuckDB needs no WHERE in a FILTER.
    const inner = word === 'FILTER' && read[0]?.word !== 'WHERE' ? `WHERE ${render(read)}` : render(read);
    const before = items.pop();
    if (word === 'FILTER' && this.#peek()?.text.toUpperCase() === 'OVER')
      throw createUntranslatable('FILTER with OVER');
    this.#pushPrimary(items, `${before?.sql} ${word} (${inner})`, null, before?.isAggregate);
  }

  #takeKeyword(text: string, word: string, items: Item[]): void {
    if (VALUES.has(word)) this.#pushPrimary(items, text, word);
    else items.push({ sql: text, isPrimary: false, word });
  }

  /** `lambda a, b: ...` */
  #takeLambda(items: Item[]): void {
    const names: string[] = [];
    for (;;) {
      names.push(this.#peek()?.text ?? '');
      this.#at += 2;
      if (this.#isSign(':', -1)) break;
      if (!this.#isSign(',', -1)) throw createUntranslatable('a lambda');
    }
    items.push({
      sql: names.length === 1 ? `${names[0]} ->` : `(${names.join(', ')}) ->`,
      isPrimary: false,
      word: null,
    });
  }

  /** `INTERVAL 1 DAY`, `INTERVAL '1 day'`, `INTERVAL '1' DAY`. */
  #takeInterval(items: Item[]): void {
    const amount = this.#peek()?.text ?? '';
    this.#at += 1;
    let [count = '', unit] = amount.split(' ');
    if (unit === undefined) {
      unit = this.#peek()?.text ?? '';
      this.#at += 1;
    }
    const known = UNITS.get(unit.toLowerCase());
    if (known === undefined || !/^-?\d+$/.test(count)) throw createUntranslatable(`the interval ${amount} ${unit}`);
    const sign = count.startsWith('-') ? '-' : '';
    count = count.replace('-', '');
    this.#pushPrimary(items, `INTERVAL ${sign}'${count}' ${known}`);
  }

  #takeCall(name: string, items: Item[]): void {
    const start = this.#at;
    this.#at += 1;
    if (name === 'lake_files') this.#pushPrimary(items, this.#scan(this.#readValues()));
    else if (name === 'cast' || name === 'try_cast') this.#takeCast(name, items);
    else if (name === 'unnest' && items.at(-1)?.word !== 'JOIN') throw createUntranslatable('unnest outside a join');
    else {
      const inner = this.#readLevel(')');
      // A common table expression with names for its columns.
      const isDefined = this.#peek()?.text.toUpperCase() === 'AS' && this.#isSign('(', 1) && isNamedBefore(items);
      const isOwn = isAggregate(name) && this.#peek()?.text.toUpperCase() !== 'OVER';
      const sql = isDefined ? `${name} ${this.#textSince(start)}` : buildCall(name, inner);
      this.#pushPrimary(items, sql, null, isOwn || holdsAggregate(inner));
    }
  }

  #textSince(start: number): string {
    const tokens = this.#tokens.slice(start, this.#at);
    return tokens.map(({ kind, text }) => (kind === 'name' ? quoteIdentifier(text) : text)).join(' ');
  }

  /** Values of the arguments of a call, to its end. */
  #readValues(): string[] {
    const values: string[] = [];
    for (let token = this.#peek(); token !== undefined && !this.#isSign(')'); token = this.#peek()) {
      if (token.kind !== 'sign') values.push(token.text);
      this.#at += 1;
    }
    this.#at += 1;
    return values;
  }

  #takeCast(name: string, items: Item[]): void {
    const value: Item[] = [];
    for (let token = this.#peek(); token !== undefined; token = this.#peek()) {
      if (token.kind === 'word' && token.text.toUpperCase() === 'AS') break;
      this.#at += 1;
      this.#take(token, value);
    }
    this.#at += 1;
    const type = this.#readType();
    if (!this.#isSign(')')) throw createUntranslatable('a cast');
    this.#at += 1;
    this.#pushPrimary(items, `${name}(${render(finishLevel(value))} AS ${type})`, null, holdsAggregate(value));
  }

  #readType(): string {
    const name = this.#peek()?.text ?? '';
    this.#at += 1;
    let text = name;
    if (this.#isSign('(')) {
      const start = this.#at;
      let depth = 0;
      do {
        if (this.#isSign('(')) depth += 1;
        if (this.#isSign(')')) depth -= 1;
        this.#at += 1;
      } while (depth > 0 && this.#peek() !== undefined);
      text += this.#tokens
        .slice(start, this.#at)
        .map((token) => token.text)
        .join('');
    }
    while (this.#isSign('[') && this.#isSign(']', 1)) {
      this.#at += 2;
      text += '[]';
    }
    return translateType(text);
  }

  #pushPrimary(items: Item[], sql: string, word: string | null = null, hasAggregate = false): void {
    items.push({ sql, isPrimary: true, word, isAggregate: hasAggregate });
    this.#readPostfix(items);
  }

  /** Reads casts, subscripts and fields after a primary; a divisor becomes a DOUBLE, as DuckDB divides. */
  #readPostfix(items: Item[]): void {
    const first = items.pop();
    let sql = first?.sql ?? '';
    let { word = null } = first ?? {};
    for (;;) {
      if (this.#isSign('.')) {
        const field = this.#peek(1);
        sql += `.${field?.kind === 'name' ? quoteIdentifier(field.text) : field?.text}`;
        this.#at += 2;
      } else if (this.#isSign('[')) {
        this.#at += 1;
        sql = `element_at(${sql}, ${render(this.#readLevel(']'))})`;
      } else if (this.#isSign('::')) {
        this.#at += 1;
        sql = `CAST(${sql} AS ${this.#readType()})`;
      } else break;
      word = null;
    }
    if (items.at(-1)?.sql === '/') sql = `CAST(${sql} AS DOUBLE)`;
    items.push({ sql, isPrimary: true, word, isAggregate: first?.isAggregate === true });
  }
}

/** Clauses of a call. */
const CLAUSES = new Set(['FILTER', 'OVER']);

/** Keywords that end an expression. */
const VALUES = new Set(['NULL', 'TRUE', 'FALSE', 'END']);

const SIGNS = new Map([
  ...['-', '+', '*', '/', '%', ',', ';', '<', '>', '=', '<=', '>=', '<>', '||', '.'].map(
    (sign) => [sign, sign] as const,
  ),
  ['!=', '<>'],
  ['==', '='],
]);

/** Whether a name that `(` follows has a name before it, as an alias with columns: `AS t(a, b)`, `) t(a, b)`. */
function isNamed(items: readonly Item[]): boolean {
  const last = items.at(-1);
  return last !== undefined && (last.isPrimary || last.word === 'AS');
}

/** Whether it may be the name of a common table expression. */
function isNamedBefore(items: readonly Item[]): boolean {
  const last = items.at(-1);
  return last === undefined || last.word === 'WITH' || last.word === 'RECURSIVE' || last.sql === ',';
}

/** Aggregates of a query in brackets belong to that query. */
function holdsAggregate(items: readonly Item[]): boolean {
  return (
    !['SELECT', 'WITH', 'VALUES'].includes(items[0]?.word ?? '') && items.some((item) => item.isAggregate === true)
  );
}

function buildCall(name: string, inner: readonly Item[]): string {
  const order = inner.findIndex(({ word }) => word === 'ORDER');
  const [own, ordered] = order === -1 ? [inner, []] : [inner.slice(0, order), inner.slice(order)];
  const isDistinct = own[0]?.word === 'DISTINCT';
  const parts = splitCommas(isDistinct ? own.slice(1) : own);
  return translateCall(name, { arguments: parts, order: render(ordered), isDistinct });
}

function render(items: readonly Item[]): string {
  return items.map(({ sql }) => sql).join(' ');
}

function splitCommas(items: readonly Item[]): string[] {
  const parts: Item[][] = [[]];
  for (const item of items) {
    if (item.sql === ',' && !item.isPrimary) parts.push([]);
    else parts.at(-1)?.push(item);
  }
  return items.length === 0 ? [] : parts.map(render);
}

/** A query without SELECT gets one; `GROUP BY ALL` and `ORDER BY ALL` get their columns; LIMIT and OFFSET change places. */
function finishLevel(read: readonly Item[]): Item[] {
  const items = expandAll(read);
  const limit = items.findIndex(({ word }) => word === 'LIMIT');
  const offset = items.findIndex(({ word }) => word === 'OFFSET');
  const ordered =
    limit === -1 || offset < limit
      ? items
      : [...items.slice(0, limit), ...items.slice(offset), ...items.slice(limit, offset)];
  if (ordered[0]?.word !== 'FROM') return ordered;
  return [{ sql: 'SELECT *', isPrimary: false, word: 'SELECT' }, ...ordered];
}
