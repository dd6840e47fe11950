import { buildInvalidFilter } from './errors.ts';
import { formatToken, tokenize } from './grammar-tokens.ts';
import { createReader, type Reader } from './token-reader.ts';
import { type Attribute, type Entity, listOperators, type Operator, type Vocabulary } from './vocabulary.ts';

/** One condition of a filter, checked against its vocabulary. */
export type Comparison = {
  readonly entity: Entity;
  /** Canonical attribute name, or the metric's, param's or tag's own key. */
  readonly key: string;
} & Condition;

/** The value's type follows from the key: numbers for metrics and numeric attributes, text or lists of it for the rest. */
export type Condition =
  | {
      readonly operator: Exclude<Operator, 'IN' | 'NOT IN' | 'IS NULL' | 'IS NOT NULL'>;
      readonly value: string | number;
    }
  | { readonly operator: 'IN' | 'NOT IN'; readonly value: readonly string[] }
  | { readonly operator: 'IS NULL' | 'IS NOT NULL'; readonly value: null };

interface Key {
  readonly entity: Entity;
  readonly key: string;
  readonly attribute: Attribute | null;
}

/**
 * MLflow's filter grammar: comparisons joined by AND, no OR and no nesting. Empty text filters nothing. At most 100 comparisons.
 * Example: "metrics.ndcg > 0.4 and params.`learning rate` = '0.1'". Error: `search_filter_invalid`.
 */
export function parseFilter(text: string, vocabulary: Vocabulary): Comparison[] {
  const reader = createReader(tokenize(text));
  const comparisons: Comparison[] = [];
  if (text === '') return comparisons;
  if (reader.peek() === undefined) throw buildInvalidFilter(`Invalid filter '${text}'. Could not be parsed.`);
  do {
    comparisons.push(readComparison(reader, vocabulary));
    checkSize(comparisons);
  } while (reader.word('AND'));
  const rest = reader.peek();
  if (rest?.kind === 'sign' && rest.text === ';') {
    throw buildInvalidFilter(`Search filter contained multiple expression '${text}'. Provide AND-ed expression list.`);
  }
  if (rest !== undefined) throw buildInvalidFilter(`Invalid clause(s) in filter string: '${formatToken(rest)}'`);
  return comparisons;
}

/** Limits of one statement in both stores: SQLite allows 1,000 levels of an expression and 32,766 parameters. */
const MOST_COMPARISONS = 100;
const MOST_LISTED_VALUES = 10_000;
const MOST_ORDERINGS = 20;

function checkSize(comparisons: readonly Comparison[]): void {
  if (comparisons.length > MOST_COMPARISONS) {
    throw buildInvalidFilter(`Invalid filter: it has more than ${MOST_COMPARISONS} comparisons.`);
  }
  const listed = comparisons.reduce((sum, { value }) => sum + (Array.isArray(value) ? value.length : 0), 0);
  if (listed > MOST_LISTED_VALUES) {
    throw buildInvalidFilter(
      `Invalid filter: its lists have more than ${MOST_LISTED_VALUES} values. Split the request.`,
    );
  }
}

export interface Ordering {
  readonly entity: Entity;
  readonly key: string;
  readonly attribute: Attribute | null;
  readonly ascending: boolean;
}

/** `metrics.loss DESC`, "params.`learning rate`", `start_time`. A field named twice is refused, and so are more than 20 clauses. */
export function parseOrderings(clauses: readonly string[], vocabulary: Vocabulary): Ordering[] {
  if (clauses.length > MOST_ORDERINGS)
    throw buildInvalidFilter(`Invalid order_by: it has more than ${MOST_ORDERINGS} clauses.`);
  const orderings = clauses.map((clause) => parseOrdering(clause, vocabulary));
  const fields = new Set(orderings.map((ordering) => JSON.stringify([ordering.entity, ordering.key])));
  if (fields.size < orderings.length) {
    throw buildInvalidFilter(`\`order_by\` contains duplicate fields: ${JSON.stringify(clauses)}`);
  }
  return orderings;
}

function parseOrdering(clause: string, vocabulary: Vocabulary): Ordering {
  const reader = createReader(tokenize(clause));
  if (reader.peek() === undefined)
    throw buildInvalidFilter(`Invalid order_by clause '${clause}'. Could not be parsed.`);
  const key = readKey(reader, vocabulary);
  const ascending = reader.word('ASC') || !reader.word('DESC');
  if (reader.peek() !== undefined) throw buildInvalidFilter(`Invalid ordering key in order_by clause '${clause}'.`);
  return { ...key, ascending };
}

function readComparison(reader: Reader, vocabulary: Vocabulary): Comparison {
  const key = readKey(reader, vocabulary);
  const operator = readOperator(reader);
  const allowed = listOperators(vocabulary, key.entity, key.attribute);
  const known = allowed.find((candidate) => candidate === operator);
  if (known === undefined)
    throw buildInvalidFilter(`Invalid comparator '${operator}' not one of '${allowed.join(', ')}'`);
  const { entity, key: name } = key;
  if (known === 'IS NULL' || known === 'IS NOT NULL') return { entity, key: name, operator: known, value: null };
  if (known === 'IN' || known === 'NOT IN') return { entity, key: name, operator: known, value: readList(reader) };
  return { entity, key: name, operator: known, value: readValue(reader, key) };
}

/** `type.key` or `key`; the key may itself hold dots (`tags.mlflow.user`) or stand in backticks or double quotes. */
function readKey(reader: Reader, vocabulary: Vocabulary): Key {
  const parts = [readName(reader)];
  while (reader.sign('.')) parts.push(readName(reader));
  const [first = '', ...rest] = parts;
  if (first === 'cost' && rest.length > 0 && vocabulary.costs !== undefined) {
    return parseCostKey(rest.join('.'), vocabulary.costs);
  }
  const entity = rest.length === 0 ? 'attribute' : vocabulary.entities[first];
  if (entity === undefined || (rest.length > 0 && !Object.hasOwn(vocabulary.entities, first))) {
    throw buildInvalidFilter(
      `Invalid entity type '${first}'. Valid values are ${Object.keys(vocabulary.entities).join(', ')}`,
    );
  }
  const key = rest.length === 0 ? first : rest.join('.');
  if (entity === 'attribute') return parseAttributeKey(key, vocabulary);
  if (entity === 'dataset' && !['name', 'digest', 'context'].includes(key)) {
    throw buildInvalidFilter(`Invalid dataset key '${key}' specified. Valid keys are 'name, digest, context'`);
  }
  return { entity, key, attribute: null };
}

function parseAttributeKey(key: string, vocabulary: Vocabulary): Key {
  const attribute = Object.hasOwn(vocabulary.attributes, key) ? vocabulary.attributes[key] : undefined;
  if (attribute !== undefined) return { entity: 'attribute', key: attribute.name, attribute };
  const valid = Object.keys(vocabulary.attributes).join(', ');
  throw buildInvalidFilter(`Invalid attribute key '${key}' specified. Valid keys are '${valid}'`);
}

function parseCostKey(key: string, costs: NonNullable<Vocabulary['costs']>): Key {
  const attribute = Object.hasOwn(costs, key) ? costs[key] : undefined;
  if (attribute !== undefined) return { entity: 'cost', key: attribute.name, attribute };
  throw buildInvalidFilter(`Invalid cost key '${key}' specified. Valid keys are '${Object.keys(costs).join(', ')}'`);
}

function readName(reader: Reader): string {
  const token = reader.next();
  if (token?.kind === 'word' || (token?.kind === 'quoted' && token.quote !== "'")) return token.text;
  throw buildInvalidFilter(`Invalid clause(s) in filter string: expected 'Identifier' found '${formatToken(token)}'`);
}

function readOperator(reader: Reader): string {
  const token = reader.next();
  if (token?.kind === 'operator') return token.text;
  const word = token?.kind === 'word' ? token.text.toUpperCase() : '';
  if (word === 'NOT' && reader.word('IN')) return 'NOT IN';
  if (word === 'IS') {
    if (reader.word('NULL')) return 'IS NULL';
    if (reader.word('NOT') && reader.word('NULL')) return 'IS NOT NULL';
  }
  if (['LIKE', 'ILIKE', 'RLIKE', 'IN'].includes(word)) return word;
  throw buildInvalidFilter(`Invalid comparison clause. Expected comparison found '${formatToken(token)}'`);
}

function readValue(reader: Reader, key: Key): string | number {
  const token = reader.next();
  if (key.entity === 'metric' || key.attribute?.kind === 'number') {
    if (token?.kind === 'number') return Number(token.text);
    if (key.attribute?.quotable && token?.kind === 'quoted' && /^\d+$/.test(token.text)) return Number(token.text);
    const what = key.entity === 'metric' ? 'metric' : `numeric attribute: ${key.key}`;
    throw buildInvalidFilter(`Expected numeric value type for ${what}. Found ${formatToken(token)}`);
  }
  if (token?.kind === 'quoted' && token.quote !== '`') return token.text;
  if (token?.kind === 'sign' && token.text === '(') {
    throw buildInvalidFilter(`'${key.key}' does not support comparison with a list of quoted string values.`);
  }
  throw buildInvalidFilter(
    `Expected a quoted string value for ${key.entity} (e.g. 'my-value'). Got value ${formatToken(token)}. ` +
      'Use either single or double quotes.',
  );
}

function readList(reader: Reader): string[] {
  const values: string[] = [];
  if (!reader.sign('(')) throw buildIllFormedList();
  while (!reader.sign(')')) {
    if (values.length > 0 && !reader.sign(',')) throw buildIllFormedList();
    if (values.length > 0 && reader.sign(')')) return values;
    const token = reader.next();
    if (token?.kind !== 'quoted' || token.quote === '`') throw buildIllFormedList();
    values.push(token.text);
  }
  if (values.length === 0) throw buildIllFormedList();
  return values;
}

function buildIllFormedList(): Error {
  return buildInvalidFilter(
    'While parsing a list in the query, expected a non-empty list of string values, but got ill-formed list.',
  );
}
