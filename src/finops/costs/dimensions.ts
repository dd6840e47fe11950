import { subjectFields } from '../../org/schema.ts';
import { quoteIdentifier, quoteLiteral } from '../../platform/lake/index.ts';
import { decimalString } from '../../platform/units/index.ts';
import { focusColumnNames, focusColumns, toCamelCase } from '../billing/index.ts';
import { buildCostSource, buildDimensionExpression, type CostSelection } from './query.ts';
import { buildRelations, type CostsDeps, createRelations, findCostFiles } from './relations.ts';
import { toTextOrNull } from './text-row.ts';

export interface CostDimensions {
  readonly focusColumns: string[];
  readonly subjectFields: string[];
  readonly tagKeys: string[];
  readonly customColumns: string[];
  readonly periods: string[];
  readonly currencies: string[];
}

/** Maximum number of suggested tag keys, and of suggested columns outside FOCUS; others can still be queried. */
const MOST_LISTED = 200;

/** Dimensions for grouping and filtering costs: those with at least one value. */
export async function readDimensions(deps: CostsDeps): Promise<CostDimensions> {
  const files = await findCostFiles(deps, { filter: [] });
  const { bill, allocation, daily = bill } = createRelations(deps.lake, files);
  const counted = (names: readonly string[]) =>
    names.map((name) => `count(${quoteIdentifier(name)})::INTEGER AS ${quoteIdentifier(name)}`).join(', ');
  const texts = focusColumnNames.filter((name) => focusColumns[name] === 'text');
  const [used, subjects, tagKeys, periods, currencies] = await Promise.all([
    deps.lake.engine.queryKept(`SELECT ${counted(texts)} FROM ${bill}`),
    deps.lake.engine.queryKept(`SELECT ${counted(subjectFields)} FROM ${allocation}`),
    deps.lake.engine.queryKept(
      `SELECT trim(tag) AS key FROM ${bill} b CROSS JOIN unnest(map_keys(b.Tags)) AS t(tag) GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT ${MOST_LISTED}`,
    ),
    deps.lake.engine.queryKept(`SELECT DISTINCT period FROM ${daily} ORDER BY 1`),
    deps.lake.engine.queryKept(`SELECT DISTINCT BillingCurrency AS currency FROM ${daily} ORDER BY 1`),
  ]);
  return {
    focusColumns: texts.filter((name) => Number(used[0]?.[name] ?? 0) > 0).map(toCamelCase),
    subjectFields: subjectFields.filter((name) => Number(subjects[0]?.[name] ?? 0) > 0),
    tagKeys: tagKeys.map((row) => String(row.key)),
    customColumns: [...new Set(files.bill.flatMap(({ others }) => others))].toSorted().slice(0, MOST_LISTED),
    periods: periods.map((row) => String(row.period)),
    currencies: currencies.map((row) => String(row.currency)),
  };
}

export interface ValuesQuestion extends CostSelection {
  readonly dimension: string;
  readonly search?: string | undefined;
  readonly limit: number;
}

export interface DimensionValue {
  readonly value: string | null;
  readonly rows: number;
  readonly totals: { readonly currency: string; readonly amount: string }[];
}

/**
 * Values of one dimension, largest amount first; amounts of several currencies are listed together but not compared.
 */
export async function readDimensionValues(
  deps: CostsDeps,
  question: ValuesQuestion,
): Promise<{ values: DimensionValue[]; totalValues: number }> {
  const { dimension, search, limit } = question;
  const { from, where, amount } = buildCostSource(
    question,
    [dimension],
    await buildRelations(deps, question, [dimension]),
  );
  const sought = search === undefined ? '' : `WHERE contains(lower(value), lower(${quoteLiteral(search)}))`;
  const rows = await deps.lake.engine.queryKept(`
    WITH amounts AS (SELECT value, currency, count(*) AS row_count, sum(amount) AS amount FROM (
        SELECT ${buildDimensionExpression(dimension)} AS value, BillingCurrency AS currency, ${amount} AS amount FROM ${from} ${where})
      ${sought} GROUP BY 1, 2),
    listed AS (SELECT value, sum(row_count)::BIGINT AS value_rows, max(amount) AS largest, count(*) OVER () AS total_values
      FROM amounts GROUP BY 1 ORDER BY largest DESC NULLS LAST, value LIMIT ${limit})
    SELECT l.value, l.value_rows::INTEGER AS value_rows, l.total_values::INTEGER AS total_values, a.currency,
      a.amount::VARCHAR AS amount FROM listed l JOIN amounts a ON a.value IS NOT DISTINCT FROM l.value
    ORDER BY l.largest DESC NULLS LAST, l.value, a.currency`);
  const byValue = Map.groupBy(rows, (row) => toTextOrNull(row.value));
  return {
    values: [...byValue].map(([value, group]) => ({
      value,
      rows: Number(group[0]?.value_rows ?? 0),
      totals: group
        .filter((row) => row.amount !== null)
        .map((row) => ({ currency: String(row.currency), amount: decimalString(String(row.amount)) })),
    })),
    totalValues: Number(rows[0]?.total_values ?? 0),
  };
}
