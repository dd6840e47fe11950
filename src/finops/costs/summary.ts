import { AppError } from '../../platform/errors/index.ts';
import { decimalString } from '../../platform/units/index.ts';
import type { CostMetric } from '../billing/schema.ts';
import { buildCostSource, type CostRelations, type CostSelection } from './query.ts';
import { buildRelations, type CostsDeps, countRejectedRows } from './relations.ts';
import { reportIn } from './reporting.ts';
import type { ReportedCosts } from './schema.ts';
import { buildGroupsSql } from './summary-sql.ts';
import { type TextRow, toTextOrNull } from './text-row.ts';

const MAX_DIMENSIONS = 4;

export interface CostTotal {
  readonly currency: string;
  readonly amount: string;
}

export interface CostSummary {
  readonly metric: CostMetric;
  readonly rows: TextRow[];
  readonly totals: CostTotal[];
  readonly leftOut: { readonly rejectedRows: number; readonly rowsWithoutMetric: number };
  /** The same in one currency; null unless requested. */
  readonly reporting: ReportedCosts | null;
}

/** Cost by dimensions; groups, totals and `reporting` are read from the same files, so that they agree. */
export async function summarise(
  deps: CostsDeps,
  by: readonly string[],
  selection: CostSelection,
  reporting: string | null = null,
): Promise<CostSummary> {
  const dimensions = listDistinctDimensions(by);
  const relations = await buildRelations(deps, selection, dimensions);
  const [found, totals, rejectedRows, reported] = await Promise.all([
    deps.lake.engine.queryKept(buildGroupsSql(selection, dimensions, relations)),
    readTotals(deps, selection, relations),
    countRejectedRows(deps, selection),
    reporting === null ? null : reportIn(deps, reporting, dimensions, selection, relations),
  ]);
  return {
    metric: selection.metric,
    rows: found.map((row) => ({
      ...Object.fromEntries(dimensions.map((name, index) => [name, toTextOrNull(row[`d${index}`])])),
      amount: row.amount === null ? null : decimalString(String(row.amount)),
      currency: toTextOrNull(row.currency),
    })),
    totals,
    leftOut: { rejectedRows, rowsWithoutMetric: found.reduce((sum, row) => sum + Number(row.missing), 0) },
    reporting: reported,
  };
}

/** Errors: `dimension_unknown` for more dimensions than a result can have. */
export function listDistinctDimensions(by: readonly string[]): string[] {
  if (by.length <= MAX_DIMENSIONS) return [...new Set(by)];
  throw new AppError('dimension_unknown', `At most ${MAX_DIMENSIONS} dimensions; ${by.length} were given.`);
}

/** Totals come from bill rows, never from the groups, so that a missing group is detected. */
async function readTotals(deps: CostsDeps, selection: CostSelection, relations: CostRelations): Promise<CostTotal[]> {
  const { from, where, amount } = buildCostSource(selection, [], relations);
  const rows = await deps.lake.engine.queryKept(
    `SELECT BillingCurrency AS currency, sum(${amount})::VARCHAR AS amount FROM ${from} ${where} GROUP BY 1 HAVING sum(${amount}) IS NOT NULL ORDER BY 1`,
  );
  return rows.map((row) => ({ currency: String(row.currency), amount: decimalString(String(row.amount)) }));
}
