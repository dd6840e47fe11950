import { csvLine } from '../../platform/csv/index.ts';
import { type Download, handle, handleDownload, type Route } from '../../platform/http/index.ts';
import { dimensionsOf, valuesOf } from './dimensions.ts';
import { explain } from './explain/index.ts';
import { explainCosts } from './explain/schema.ts';
import { exportFocusFile } from './focus-export/index.ts';
import { exportFocus } from './focus-export/schema.ts';
import { monthToDate } from './month-to-date.ts';
import type { CostSelection } from './query.ts';
import type { CostsDeps } from './relations.ts';
import { pageRows, rowsCsv } from './rows.ts';
import {
  costDimensions,
  costRows,
  costRowsCsv,
  costSummary,
  costSummaryCsv,
  costValues,
  getMonthToDate,
} from './schema.ts';
import { summarise } from './summary.ts';

export function costRoutes(deps: CostsDeps): Route[] {
  return [
    handle(costSummary, ({ query: { by, currency = deps.config.reportingCurrency, ...selection } }) =>
      summarise(deps, by, selection, currency ?? null),
    ),
    handleDownload(costSummaryCsv, ({ query: { by, currency, ...selection } }) =>
      summaryCsv(deps, by, selection, currency ?? null),
    ),
    handle(costRows, ({ query: { pageSize, pageToken, ...selection } }) =>
      pageRows(deps, selection, { pageSize, pageToken }),
    ),
    handleDownload(costRowsCsv, async ({ query }) => ({
      contentType: 'text/csv; charset=utf-8',
      filename: 'cost-rows.csv',
      content: await rowsCsv(deps, query),
    })),
    handle(getMonthToDate, ({ query: { currency = deps.config.reportingCurrency, ...query } }) =>
      monthToDate(deps, { ...query, currency: currency ?? null }),
    ),
    handle(costDimensions, () => dimensionsOf(deps)),
    handle(costValues, ({ query }) => valuesOf(deps, query)),
    handle(explainCosts, ({ query }) => explain(deps, query)),
    handleDownload(exportFocus, ({ query }) => exportFocusFile(deps, query)),
  ];
}

async function summaryCsv(
  deps: CostsDeps,
  by: readonly string[],
  selection: CostSelection,
  currency: string | null,
): Promise<Download> {
  const { rows: own, reporting } = await summarise(deps, by, selection, currency);
  const rows = reporting?.rows ?? own;
  const columns = [...new Set(by), 'amount', 'currency'];
  const lines = rows.map((row) => csvLine(columns.map((column) => row[column] ?? null)));
  return {
    contentType: 'text/csv; charset=utf-8',
    filename: 'cost-summary.csv',
    content: [csvLine(columns), ...lines].join(''),
  };
}
