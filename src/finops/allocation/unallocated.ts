import { AppError } from '../../platform/errors/index.ts';
import { type LakeRow, quoteIdentifier, quoteLiteral } from '../../platform/lake/index.ts';
import { decimal } from '../../platform/units/index.ts';
import { billRows, findBillDimension, listOtherColumns } from '../billing/index.ts';
import type { CostMetric } from '../billing/schema.ts';
import { divideToRatio, getCostColumn, type ReportDeps, toExact } from './coverage.ts';
import { buildDirectRows, fieldList } from './period-tables.ts';
import { compileClassification } from './rules/classify.ts';
import type { Suggestion, UnallocatedRow } from './schema.ts';
import { findRulesInForce } from './store.ts';

const MOST_SUGGESTIONS = 20;
/** Dimensions other than tags that often identify an owner. */
const ownerDimensions = ['subAccountId', 'resourceName', 'serviceName'] as const;

export interface UnallocatedQuery {
  readonly period?: string | undefined;
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
  const found = await deps.lake.query(`SELECT ${by} AS value, ${SUMS} FROM ${source} GROUP BY ALL
    ORDER BY sum(amount) DESC NULLS LAST, value LIMIT ${query.limit}`);
  const totals = await deps.lake.query(`SELECT ${SUMS} FROM ${source} GROUP BY ALL ORDER BY currency`);
  const wholes = new Map(totals.map((row) => [String(row.currency), toExact(row.amount)]));
  return {
    rows: found.map((row) => ({
      value: row.value === null ? null : String(row.value),
      ...parseUnallocatedSums(row),
      share: divideToRatio(toExact(row.amount), wholes.get(String(row.currency)) ?? '0'),
    })),
    totals: [...wholes].map(([currency, amount]) => ({ currency, amount })),
    suggestions: await readSuggestions(deps, source),
  };
}

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
  const inPeriod = query.period === undefined ? '' : `AND period = ${quoteLiteral(query.period)}`;
  const rows = buildDirectRows(classification, bill, `*, ${getCostColumn(query.metric)} AS amount`);
  return `(SELECT * FROM ${rows} WHERE coalesce(${fieldList}) IS NULL ${inPeriod})`;
}

async function readSuggestions(deps: ReportDeps, source: string): Promise<Suggestion[]> {
  const tags =
    await deps.lake.query(`SELECT lower(trim(tag.key)) AS key, ${SUMS}, count(DISTINCT lower(trim(tag.value)))::INTEGER AS different
    FROM (SELECT BillingCurrency, amount, unnest(map_entries(Tags)) AS tag FROM ${source})
    WHERE trim(tag.value) <> '' GROUP BY ALL ORDER BY sum(amount) DESC NULLS LAST, key LIMIT ${MOST_SUGGESTIONS}`);
  const suggested = tags.map((row) => suggestByTag(String(row.key), row));
  for (const dimension of ownerDimensions) suggested.push(...(await suggestByValue(deps, source, dimension)));
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

async function suggestByValue(deps: ReportDeps, source: string, dimension: string): Promise<Suggestion[]> {
  const column = quoteIdentifier(dimension.charAt(0).toUpperCase() + dimension.slice(1));
  const rows = await deps.lake.query(`SELECT ${column} AS value, ${SUMS} FROM ${source} WHERE trim(${column}) <> ''
    GROUP BY ALL ORDER BY sum(amount) DESC NULLS LAST, value LIMIT 5`);
  return rows.map((row) => {
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
  });
}
