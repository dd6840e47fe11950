import { formatCsvLine } from '../../platform/csv/index.ts';
import { type Download, handle, handleDownload, type Route } from '../../platform/http/index.ts';
import { readDimensions, readDimensionValues } from './dimensions.ts';
import { explain } from './explain/index.ts';
import { explainCosts } from './explain/schema.ts';
import { exportFocusFile } from './focus-export/index.ts';
import { exportFocus } from './focus-export/schema.ts';
import { readMonthToDate } from './month-to-date.ts';
import type { CostSelection } from './query.ts';
import type { CostsDeps } from './relations.ts';
import { buildRowsCsv, readRowPage } from './rows.ts';
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

export function createCostRoutes(deps: CostsDeps): Route[] {
  return [
    handle(costSummary, ({ query: { by, currency = deps.config.reportingCurrency, ...selection } }) =>
      summarise(deps, by, selection, currency ?? null),
    ),
    handleDownload(costSummaryCsv, ({ query: { by, currency, ...selection } }) =>
      buildSummaryCsv(deps, by, selection, currency ?? null),
    ),
    handle(costRows, ({ query: { pageSize, pageToken, ...selection } }) =>
      readRowPage(deps, selection, { pageSize, pageToken }),
    ),
    handleDownload(costRowsCsv, async ({ query }) => ({
      contentType: 'text/csv; charset=utf-8',
      filename: 'cost-rows.csv',
      content: await buildRowsCsv(deps, query),
    })),
    handle(getMonthToDate, ({ query: { currency = deps.config.reportingCurrency, ...query } }) =>
      readMonthToDate(deps, { ...query, currency: currency ?? null }),
    ),
    handle(costDimensions, () => readDimensions(deps)),
    handle(costValues, ({ query }) => readDimensionValues(deps, query)),
    handle(explainCosts, ({ query }) => explain(deps, query)),
    handleDownload(exportFocus, ({ query }) => exportFocusFile(deps, query)),
  ];
}

async function buildSummaryCsv(
  deps: CostsDeps,
  by: readonly string[],
  selection: CostSelection,
  currency: string | null,
): Promise<Download> {
  const { rows: own, reporting } = await summarise(deps, by, selection, currency);
  const rows = reporting?.rows ?? own;
  const columns = [...new Set(by), 'amount', 'currency'];
  const lines = rows.map((row) => formatCsvLine(columns.map((column) => row[column] ?? null)));
  return {
    contentType: 'text/csv; charset=utf-8',
    filename: 'cost-summary.csv',
    content: [formatCsvLine(columns), ...lines].join(''),
  };
}
