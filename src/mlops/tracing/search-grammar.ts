import { buildInvalidFilter, createReader, formatToken, type Reader, tokenize } from '../wire/index.ts';
import { isNumeric, type Key, listOperators, type Operator, ORDER, parseKey, type TraceEntity } from './search-keys.ts';

export interface TraceCondition {
  readonly entity: TraceEntity;
  /** Column of the trace, key of the tag or metadata, `name`, `type`, `status`, `content` or `attributes.<key>` of a span. */
  readonly key: string;
  readonly operator: Operator;
  /** null after `IS NULL` and `IS NOT NULL`. */
  readonly value: string | number | readonly string[] | null;
}

export interface TraceOrdering {
  readonly entity: 'attribute' | 'tag' | 'metadata' | 'run';
  readonly key: string;
  readonly ascending: boolean;
}

/**
 * MLflow's filter of traces: comparisons joined by AND. Example:
 * "status = 'OK' AND tags.env = 'prod' AND feedback.correct = 'true' AND span.name LIKE '%llm%'".
 * Error: `search_filter_invalid`.
 */
export function parseTraceFilter(text: string): TraceCondition[] {
  const tokens = createReader(tokenize(text));
  const conditions: TraceCondition[] = [];
  if (tokens.peek() === undefined) return conditions;
  do conditions.push(readCondition(tokens));
  while (tokens.word('AND'));
  const rest = tokens.peek();
  if (rest !== undefined) throw buildInvalidFilter(`Invalid clause(s) in filter string: '${formatToken(rest)}'`);
  return conditions;
}

/** `timestamp_ms DESC`, `tags.env`. A field named twice is refused. */
export function parseTraceOrderings(clauses: readonly string[]): TraceOrdering[] {
  const orderings = clauses.map(readOrdering);
  if (new Set(orderings.map(({ entity, key }) => `${entity} ${key}`)).size < orderings.length) {
    throw buildInvalidFilter(`\`order_by\` contains duplicate fields: ${JSON.stringify(clauses)}`);
  }
  return orderings;
}

function readOrdering(clause: string): TraceOrdering {
  const tokens = createReader(tokenize(clause));
  const { entity, key } = readKey(tokens);
  const ascending = tokens.word('ASC') || !tokens.word('DESC');
  if (tokens.peek() !== undefined) throw buildInvalidFilter(`Invalid ordering key in order_by clause '${clause}'.`);
  if (entity === 'attribute' || entity === 'tag' || entity === 'metadata' || entity === 'run') {
    return { entity, key, ascending };
  }
  throw buildInvalidFilter(`Invalid identifier type '${entity}'`);
}

function readCondition(tokens: Reader): TraceCondition {
  const key = readKey(tokens);
  const operator = readOperator(tokens);
  const allowed = listOperators(key);
  if (!allowed.includes(operator)) {
    throw buildInvalidFilter(`Invalid comparator '${operator}' not one of '${allowed.join(', ')}'`);
  }
  if (operator === 'IS NULL' || operator === 'IS NOT NULL') return { ...key, operator, value: null };
  if (operator === 'IN' || operator === 'NOT IN') return { ...key, operator, value: readList(tokens) };
  return { ...key, operator, value: readValue(tokens, key, operator) };
}

function readKey(tokens: Reader): Key {
  const parts = [readName(tokens)];
  while (tokens.sign('.')) parts.push(readName(tokens));
  return parseKey(parts);
}

function readName(tokens: Reader): string {
  const token = tokens.next();
  if (token?.kind === 'word' || (token?.kind === 'quoted' && token.quote !== "'")) return token.text;
  throw buildInvalidFilter(`Invalid clause(s) in filter string: expected 'Identifier' found '${formatToken(token)}'`);
}

const SIGNS: Readonly<Record<string, Operator>> = {
  '=': '=',
  '!=': '!=',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
  LIKE: 'LIKE',
  ILIKE: 'ILIKE',
  RLIKE: 'RLIKE',
  IN: 'IN',
};

function readOperator(tokens: Reader): Operator {
  const token = tokens.next();
  const text = token?.kind === 'operator' ? token.text : token?.kind === 'word' ? token.text.toUpperCase() : '';
  if (text === 'NOT' && tokens.word('IN')) return 'NOT IN';
  if (text === 'IS') {
    if (tokens.word('NULL')) return 'IS NULL';
    if (tokens.word('NOT') && tokens.word('NULL')) return 'IS NOT NULL';
  }
  const operator = Object.hasOwn(SIGNS, text) ? SIGNS[text] : undefined;
  if (operator !== undefined) return operator;
  throw buildInvalidFilter(`Invalid comparison clause. Expected comparison found '${formatToken(token)}'`);
}

function readValue(tokens: Reader, key: Key, operator: Operator): string | number {
  const token = tokens.next();
  const isJudgement = key.entity === 'feedback' || key.entity === 'expectation';
  const isText = token?.kind === 'quoted' && token.quote !== '`';
  if (token?.kind === 'number' && (isNumeric(key) || isJudgement)) return Number(token.text);
  if (isText && isJudgement && ORDER.includes(operator)) {
    throw buildInvalidFilter(`Expected a numeric value for ${key.entity}.${key.key} after '${operator}'.`);
  }
  if (isText && !isNumeric(key)) return token.text;
  if (isNumeric(key)) {
    throw buildInvalidFilter(
      `Expected numeric value type for numeric attribute: ${key.key}. Found ${formatToken(token)}`,
    );
  }
  throw buildInvalidFilter(
    `Expected a quoted string value for ${key.entity} (e.g. 'my-value'). Got value ${formatToken(token)}. ` +
      'Use either single or double quotes.',
  );
}

function readList(tokens: Reader): string[] {
  const values: string[] = [];
  if (!tokens.sign('(')) throw buildIllFormedList();
  do {
    const token = tokens.next();
    if (token?.kind !== 'quoted' || token.quote === '`') throw buildIllFormedList();
    values.push(token.text);
  } while (tokens.sign(','));
  if (!tokens.sign(')')) throw buildIllFormedList();
  return values;
}

function buildIllFormedList(): Error {
  return buildInvalidFilter(
    'While parsing a list in the query, expected a non-empty list of string values, but got ill-formed list.',
  );
}
