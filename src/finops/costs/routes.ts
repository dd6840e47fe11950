import { handle, handleDownload, type Route } from '../../platform/http/index.ts';
import { csvLine } from './csv.ts';
import { costDimensions, costRows, costRowsCsv, costSummary, costSummaryCsv } from './schema.ts';
import { type CostsDeps, dimensionsOf, pageRows, rowsCsv, summarise } from './service.ts';

export function costRoutes(deps: CostsDeps): Route[] {
  return [
    handle(costSummary, ({ query: { by, ...selection } }) => summarise(deps, by, selection)),
    handleDownload(costSummaryCsv, async ({ query: { by, ...selection } }) => {
      const { rows } = await summarise(deps, by, selection);
      const columns = [...new Set(by), 'amount', 'currency'];
      const lines = rows.map((row) => csvLine(columns.map((column) => row[column] ?? null)));
      return {
        contentType: 'text/csv; charset=utf-8',
        filename: 'cost-summary.csv',
        content: [csvLine(columns), ...lines].join(''),
      };
    }),
    handle(costRows, ({ query: { pageSize, pageToken, ...selection } }) =>
      pageRows(deps, selection, { pageSize, pageToken }),
    ),
    handleDownload(costRowsCsv, async ({ query }) => ({
      contentType: 'text/csv; charset=utf-8',
      filename: 'cost-rows.csv',
      content: await rowsCsv(deps, query),
    })),
    handle(costDimensions, () => dimensionsOf(deps)),
  ];
}
