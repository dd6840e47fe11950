import { AppError } from '../../platform/errors/index.ts';
import { type LakeRow, quoteIdentifier } from '../../platform/lake/index.ts';
import { decimal } from '../../platform/units/index.ts';
import {
  billRows,
  buildRangeConditions,
  findBillDimension,
  listOtherColumns,
  type RequestedRange,
} from '../billing/index.ts';
import type { CostMetric } from '../billing/schema.ts';
import { divideToRatio, getCostColumn, type ReportDeps, toExact } from './coverage.ts';
import { buildDirectRows, fieldList } from './period-tables.ts';
import { compileClassification } from './rules/classify.ts';
import type { Suggestion, UnallocatedRow } from './schema.ts';
import { findRulesInForce } from './store.ts';

const MOST_SUGGESTIONS = 20;
/** Dimensions other than tags that often identify an owner. */
const ownerDimensions = ['subAccountId', 'resourceName', 'serviceName'] as const;

export interface UnallocatedQuery extends RequestedRange {
  readonly by: string;
  readonly limit: number;
  readonly metric: CostMetric;
}

/** Unallocated cost by a dimension, and the rules that would allocate most of it. */
export async function readUnallocated(
  deps: ReportDeps,
  query: UnallocatedQuery,
): Promise<{ rows: UnallocatedRow[]; totals: { currency: string; amount: string }[]; suggestions: Suggestion[] }> {
  const by = findBillDimension(query.by);
  if (by === null) {
    const detail = `Bill rows have no "${query.by}". Use a FOCUS column in camelCase, tag:KEY, x_COLUMN, day or month.`;
    throw new AppError('dimension_unknown', detail, { dimension: query.by });
  }
  const source = await buildUnallocatedSource(deps, query);
  const { rows, totals, owners } = await sumByValues(deps, { source, by, limit: query.limit });
  const wholes = new Map(totals.map((row) => [String(row.currency), toExact(row.amount)]));
  return {
    rows: rows.map((row) => ({
      value: row.value === null ? null : String(row.value),
      ...parseUnallocatedSums(row),
      share: divideToRatio(toExact(row.amount), wholes.get(String(row.currency)) ?? '0'),
    })),
    totals: [...wholes].map(([currency, amount]) => ({ currency, amount })),
    suggestions: buildSuggestions([...(await suggestByTags(deps, source)), ...owners.map(suggestByValue)]),
  };
}

const MOST_VALUES = 5;

interface ValueSums {
  /** By the dimension of the query, the largest first. */
  readonly rows: readonly LakeRow[];
  /** By currency. */
  readonly totals: readonly LakeRow[];
  /** The largest of each of the dimensions that often identify an owner. */
  readonly owners: readonly { readonly dimension: string; readonly row: LakeRow }[];
}

/** All sums in one scan of the bill: each grouping set is a `part`, and `GROUPING` has a 0 at the place of the column that it groups by. */
async function sumByValues(
  { lake }: Pick<ReportDeps, 'lake'>,
  { source, by, limit }: { readonly source: string; readonly by: string; readonly limit: number },
): Promise<ValueSums> {
  const columns = [by, ...ownerDimensions.map(toColumn)];
  const names = columns.map((_, at) => `value_${at}`);
  const part = (at: number) => `WHEN part = ${2 ** names.length - 1 - 2 ** (names.length - 1 - at)}`;
  const found = await lake.queryKept(`
    WITH unallocated AS (SELECT BillingCurrency, amount, ${columns.map((column, at) => `${column} AS ${names[at]}`).join(', ')} FROM ${source}),
    summed AS (SELECT GROUPING(${names.join(', ')}) AS part, ${names.join(', ')}, sum(amount) AS total, ${SUMS} FROM unallocated
      GROUP BY GROUPING SETS (${names.map((name) => `(BillingCurrency, ${name})`).join(', ')}, (BillingCurrency))),
    named AS (SELECT currency, amount, bill_rows, total,
      CASE ${names.map((_, at) => `${part(at)} THEN ${at}`).join(' ')} ELSE ${names.length} END AS place,
      CASE ${names.map((name, at) => `${part(at)} THEN ${name}::VARCHAR`).join(' ')} END AS value FROM summed)
    SELECT place, value, currency, amount, bill_rows FROM named
    WHERE place IN (0, ${names.length}) OR trim(value) <> ''
    QUALIFY row_number() OVER (PARTITION BY place ORDER BY total DESC NULLS LAST, value)
      <= CASE place WHEN 0 THEN ${limit} WHEN ${names.length} THEN 1000 ELSE ${MOST_VALUES} END
    ORDER BY place, total DESC NULLS LAST, value, currency`);
  const atPlace = (place: number) => found.filter((row) => Number(row.place) === place);
  return {
    rows: atPlace(0),
    totals: atPlace(names.length).toSorted((a, b) => (String(a.currency) < String(b.currency) ? -1 : 1)),
    owners: ownerDimensions.flatMap((dimension, at) => atPlace(at + 1).map((row) => ({ dimension, row }))),
  };
}

const toColumn = (dimension: string) => quoteIdentifier(dimension.charAt(0).toUpperCase() + dimension.slice(1));

const SUMS = 'BillingCurrency AS currency, coalesce(sum(amount), 0)::VARCHAR AS amount, count(*)::INTEGER AS bill_rows';

const parseUnallocatedSums = (row: LakeRow) => ({
  currency: String(row.currency),
  amount: toExact(row.amount),
  billRows: Number(row.bill_rows),
});

/** Bill rows without a matching rule, or whose rule fills no subject field, with their cost as `amount`. */
async function buildUnallocatedSource(deps: ReportDeps, query: UnallocatedQuery): Promise<string> {
  const classification = compileClassification(await findRulesInForce(deps.store));
  const bill = await deps.lake.relation(deps.store, billRows, {
    rowIds: true,
    others: [...classification.others, ...listOtherColumns([query.by])],
  });
  const conditions = [`coalesce(${fieldList}) IS NULL`, ...buildRangeConditions(query)];
  const rows = buildDirectRows(classification, bill, `*, ${getCostColumn(query.metric)} AS amount`);
  return `(SELECT * FROM ${rows} WHERE ${conditions.join(' AND ')})`;
}

/** Rules by the tags of the unallocated rows, of most cost first. */
async function suggestByTags({ lake }: Pick<ReportDeps, 'lake'>, source: string): Promise<Suggestion[]> {
  const tags =
    await lake.queryKept(`SELECT lower(trim(tag.key)) AS key, ${SUMS}, count(DISTINCT lower(trim(tag.value)))::INTEGER AS different
    FROM (SELECT BillingCurrency, amount, unnest(map_entries(Tags)) AS tag FROM ${source})
    WHERE trim(tag.value) <> '' GROUP BY ALL ORDER BY sum(amount) DESC NULLS LAST, key LIMIT ${MOST_SUGGESTIONS}`);
  return tags.map((row) => suggestByTag(String(row.key), row));
}

function buildSuggestions(suggested: readonly Suggestion[]): Suggestion[] {
  return suggested
    .filter(({ amount }) => decimal(amount).gt(0))
    .toSorted((one, other) => decimal(other.amount).cmp(one.amount))
    .slice(0, MOST_SUGGESTIONS);
}

function suggestByTag(key: string, row: LakeRow): Suggestion {
  return {
    dimension: `tag:${key}`,
    value: null,
    ...parseUnallocatedSums(row),
    values: Number(row.different),
    rule: {
      name: `by-${key}`.slice(0, 100),
      match: { [`tag:${key}`]: '*' },
      subject: { team: `{tag:${key}}`.slice(0, 250) },
    },
  };
}

function suggestByValue({ dimension, row }: ValueSums['owners'][number]): Suggestion {
  const value = String(row.value);
  const team = value.trim().toLowerCase().slice(0, 250);
  const name = `${dimension}-${team}`.slice(0, 100);
  return {
    dimension,
    value,
    ...parseUnallocatedSums(row),
    values: 1,
    rule: { name, match: { [dimension]: value.slice(0, 1000) }, subject: { team } },
  };
}
