import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { z } from 'zod';

/**
 * Checks a CSV file against FOCUS's machine-readable requirements model (1.2 and 1.3), rule by rule, in SQL. It follows
 * the meaning of the rule texts; the engine that FOCUS publishes does not load 1.3.
 */
const Check = z.record(z.string(), z.unknown());
type Check = z.infer<typeof Check>;
const Rule = z.object({
  Reference: z.string(),
  Function: z.string(),
  ValidationCriteria: z.object({
    MustSatisfy: z.string(),
    Keyword: z.string(),
    Requirement: Check,
    Condition: Check,
  }),
});
export type Rule = z.infer<typeof Rule>;
export type Model = ReadonlyMap<string, Rule>;

export interface Violation {
  readonly rule: string;
  readonly sentence: string;
  /** Number of rows that break the rule; null for a rule about the whole file. */
  readonly rows: number | null;
}

export interface Verdict {
  readonly checked: readonly string[];
  readonly violations: readonly Violation[];
}

/** The rules of the dataset CostAndUsage by id; either layout that the model was published in. */
export function readModel(path: string): Model {
  const content = z.looseObject({}).parse(JSON.parse(gunzipSync(readFileSync(path)).toString('utf8')));
  const rules = z.record(z.string(), Rule).parse(content.ModelRules ?? content.rules);
  return new Map(Object.entries(rules).map(([id, rule]) => [id, rule]));
}

const readText = (check: Check, name: string): string => z.string().parse(check[name]);
const quoteColumn = (name: string): string => `"${name}"`;
const quoteLiteral = (value: unknown): string => `'${String(value).replaceAll("'", "''")}'`;
/** Parts of AND and OR; a single part may appear without a list. */
const listItems = (check: Check): Check[] => z.array(Check).parse([check.Items ?? check.AND ?? check.OR ?? []].flat());

const PLAIN_NUMBER = '^[+-]?([0-9]*[.])?[0-9]+([eE][+-]?[0-9]+)?$';
const INSTANT = '^[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z$';
const KEY_VALUE = (sql: string) =>
  `(json_valid(${sql}) AND json_type(${sql}) = 'OBJECT' AND len(list_distinct(json_keys(${sql}))) = len(json_keys(${sql}))
    AND len(list_filter(json_keys(${sql}), lambda key: json_type(${sql}, '$."' || key || '"') IN ('OBJECT', 'ARRAY'))) = 0)`;
const isNumber = (sql: string) => `regexp_full_match(${sql}, '${PLAIN_NUMBER.slice(1, -1)}')`;
const isText = (sql: string) => `(${sql} = trim(${sql}) AND ${sql} <> '' AND ${sql} NOT IN ('NULL', 'Not Applicable'))`;

/** SQL of a check over one row, true where the row passes; null for a kind of check that is not about rows. */
function buildPredicate(model: Model, check: Check): string | null {
  const kind = check.CheckFunction ?? ('AND' in check ? 'AND' : 'OR' in check ? 'OR' : undefined);
  if (kind === 'AND' || kind === 'OR') {
    const parts = listItems(check).map((item) => buildPredicate(model, item));
    return parts.includes(null) ? null : `(${parts.join(` ${kind} `)})`;
  }
  if (kind === 'CheckModelRule') return buildRuleCondition(model, readText(check, 'ModelRuleId'));
  const one = typeof check.ColumnName === 'string' ? quoteColumn(check.ColumnName) : '';
  const [a, b] = ['ColumnAName', 'ColumnBName'].map((name) =>
    typeof check[name] === 'string' ? quoteColumn(check[name]) : '',
  );
  // Some checks of the models name no column.
  if (one === '' && a === '') return null;
  switch (kind) {
    case 'CheckValue':
      return check.Value === null ? `${one} IS NULL` : `${buildEqualSql(one, check.Value)}`;
    case 'CheckNotValue':
      return check.Value === null ? `${one} IS NOT NULL` : `NOT coalesce(${buildEqualSql(one, check.Value)}, false)`;
    case 'CheckSameValue':
      return `${a} = ${b}`;
    case 'CheckNotSameValue':
      return `${a} <> ${b}`;
    case 'CheckGreaterOrEqualThanValue':
      return `(${one} IS NULL OR ${one}::DECIMAL(38,18) >= ${quoteLiteral(check.Value)}::DECIMAL(38,18))`;
    case 'ColumnByColumnEqualsColumnValue': {
      // A third of a row is a repeating decimal, so split values are compared to the twelve digits that every reader
      // keeps.
      const result = quoteColumn(readText(check, 'ResultColumnName'));
      return `(${a} IS NULL OR ${b} IS NULL OR ${result} IS NULL OR abs(${a}::DOUBLE * ${b}::DOUBLE - ${result}::DOUBLE)
        <= 1e-12 * greatest(1, abs(${result}::DOUBLE)))`;
    }
    case 'TypeString':
      return 'true';
    case 'FormatString':
      return `(${one} IS NULL OR ${isText(one)})`;
    case 'TypeDecimal':
    case 'FormatNumeric':
    case 'CheckDecimalValue':
      return `(${one} IS NULL OR ${isNumber(one)})`;
    case 'TypeDateTime':
    case 'FormatDateTime':
      return `(${one} IS NULL OR regexp_full_match(${one}, '${INSTANT.slice(1, -1)}'))`;
    case 'FormatKeyValue':
      return `(${one} IS NULL OR ${KEY_VALUE(one)})`;
    case 'FormatJSON':
      return `(${one} IS NULL OR (json_valid(${one}) AND json_type(${one}) = 'OBJECT'))`;
    case 'FormatCurrency':
    case 'CheckNationalCurrency':
      return `(${one} IS NULL OR regexp_full_match(${one}, '[A-Z]{3}'))`;
    case 'FormatUnit':
      return `(${one} IS NULL OR regexp_full_match(${one}, '([0-9]+ )?[A-Za-z]+(-[A-Za-z]+)?(/[A-Za-z]+)?'))`;
    default:
      return buildJsonPredicate(kind, check);
  }
}

function buildEqualSql(one: string, value: unknown): string {
  return typeof value === 'number' ? `${one}::DECIMAL(38,18) = ${value}` : `${one} = ${quoteLiteral(value)}`;
}

/** Checks inside of JSON columns: each element of `$.Elements`. */
function buildJsonPredicate(kind: unknown, check: Check): string | null {
  if (typeof check.Path !== 'string' || typeof check.ColumnName !== 'string') return null;
  const one = quoteColumn(check.ColumnName);
  const elements = `json_extract(${one}, '$.Elements[*]')`;
  const key = check.Path.split('.').at(-1) ?? '';
  const all = (condition: string) =>
    `(${one} IS NULL OR len(list_filter(${elements}, lambda e: NOT (${condition}))) = 0)`;
  switch (kind) {
    case 'JSONCheckPathKeyExists':
      return all(`json_exists(e, '$.${key}')`);
    case 'JSONCheckPathNumericFormat':
      return all(`NOT json_exists(e, '$.${key}') OR ${isNumber(`(e ->> '$.${key}')`)}`);
    case 'JSONCheckPathKeyValueFormat':
      return all(`json_type(e) = 'OBJECT'`);
    case 'JSONCheckPathType': {
      if (check.ExpectedType === 'Array')
        return `(${one} IS NULL OR json_type(${one}, ${quoteLiteral(check.Path)}) = 'ARRAY')`;
      if (check.ExpectedType === 'Object') return all(`json_type(e) = 'OBJECT'`);
      return all(isNumber(`(e ->> '$.${key}')`));
    }
    case 'JSONCheckPathKeyStartsWith': {
      const known = z.array(z.string()).parse(check.IgnoreKeys).map(quoteLiteral).join(', ');
      return all(
        `len(list_filter(json_keys(e), lambda key: NOT starts_with(key, 'x_') AND key NOT IN (${known}))) = 0`,
      );
    }
    default:
      return null;
  }
}

/** A rule as a condition: if its precondition is true, its requirement must be true. */
function buildRuleCondition(model: Model, id: string): string | null {
  const rule = model.get(id);
  if (rule === undefined) return null;
  const { Requirement: requirement, Condition: condition } = rule.ValidationCriteria;
  const must = buildPredicate(model, requirement);
  if (Object.keys(condition).length === 0) return must;
  const when = buildPredicate(model, condition);
  return must === null || when === null ? null : `(NOT coalesce(${when}, false) OR ${must})`;
}

/** Checks a CSV file against every MUST rule of the model that can be verified from the file. */
export async function judge(path: string, model: Model): Promise<Verdict> {
  const database = await DuckDBInstance.create(':memory:');
  const connection = await database.connect();
  try {
    await connection.run(
      `CREATE TABLE focus AS SELECT * FROM read_csv(${quoteLiteral(path)}, all_varchar = true, header = true, nullstr = '', allow_quoted_nulls = false)`,
    );
    const count = async (sql: string) => Number((await connection.runAndReadAll(sql)).getRowsJson()[0]?.[0] ?? 0);
    const columns = (await connection.runAndReadAll('DESCRIBE focus'))
      .getRowObjectsJson()
      .map((row) => String(row.column_name));
    return await walk(model, columns, count);
  } finally {
    connection.closeSync();
    database.closeSync();
  }
}

function namesUnknown(sql: string, columns: readonly string[]): boolean {
  return [...sql.matchAll(/"(\w+)"/g)].some(([, name]) => !columns.includes(name ?? ''));
}

async function walk(
  model: Model,
  columns: readonly string[],
  count: (sql: string) => Promise<number>,
): Promise<Verdict> {
  const checked = new Set<string>();
  const violations: Violation[] = [];
  const visit = async (id: string, conditions: readonly string[]): Promise<void> => {
    const rule = model.get(id);
    if (rule === undefined || checked.has(id) || rule.ValidationCriteria.Keyword.match(/^(MUST|MUST NOT)$/) === null)
      return;
    const { Requirement: requirement, Condition: condition, MustSatisfy: sentence } = rule.ValidationCriteria;
    const own = Object.keys(condition).length === 0 ? null : buildPredicate(model, condition);
    if (own === null && Object.keys(condition).length > 0) return;
    const within = own === null ? conditions : [...conditions, `coalesce(${own}, false)`];
    if (requirement.CheckFunction === 'AND') {
      for (const item of listItems(requirement)) {
        if (item.CheckFunction === 'CheckModelRule') await visit(readText(item, 'ModelRuleId'), within);
        else await leaf(id, sentence, item, within);
      }
    } else if (Object.keys(requirement).length > 0) await leaf(id, sentence, requirement, within);
  };
  const leaf = async (id: string, sentence: string, check: Check, within: readonly string[]): Promise<void> => {
    checked.add(id);
    const where = within.length === 0 ? 'true' : within.join(' AND ');
    if (check.CheckFunction === 'ColumnPresent') {
      if (!columns.includes(readText(check, 'ColumnName'))) violations.push({ rule: id, sentence, rows: null });
      return;
    }
    if (check.CheckFunction === 'CheckDistinctCount') {
      const [a, b] = [quoteColumn(readText(check, 'ColumnAName')), quoteColumn(readText(check, 'ColumnBName'))];
      if (namesUnknown([a, b, ...within].join(' '), columns)) return;
      const rows = await count(`SELECT count(*) FROM (SELECT ${a} FROM focus WHERE ${where} AND ${a} IS NOT NULL
        GROUP BY ${a} HAVING count(DISTINCT ${b}) <> ${Number(check.ExpectedCount)})`);
      if (rows > 0) violations.push({ rule: id, sentence, rows });
      return;
    }
    const holds = [...within, buildPredicate(model, check)].some((sql) => sql === null || namesUnknown(sql, columns))
      ? null
      : buildPredicate(model, check);
    if (holds === null) {
      checked.delete(id);
      return;
    }
    const rows = await count(`SELECT count(*) FROM focus WHERE ${where} AND NOT coalesce(${holds}, false)`);
    if (rows > 0) violations.push({ rule: id, sentence, rows });
  };
  for (const id of model.keys()) if (/^(CAU-)?CostAndUsage-D-000-M$/.test(id)) await visit(id, []);
  return { checked: [...checked].toSorted(), violations };
}
