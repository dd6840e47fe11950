import { formatCsvLine } from '../../platform/csv/index.ts';
import { type Download, handle, handleDownload, type Identity, type Route } from '../../platform/http/index.ts';
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
import { describePartial, limitFilters, type PartialCosts } from './visible-costs.ts';

export function createCostRoutes(deps: CostsDeps): Route[] {
  return [
    handle(costSummary, async ({ query: { by, currency = deps.config.reportingCurrency, ...asked }, identity }) => {
      const selection = { ...asked, filter: limitFilters(identity, asked.filter, by) };
      return addPartial(identity, await summarise(deps, by, selection, currency ?? null));
    }),
    handleDownload(costSummaryCsv, ({ query: { by, currency, ...asked }, identity }) => {
      const selection = { ...asked, filter: limitFilters(identity, asked.filter, by) };
      return buildSummaryCsv(deps, by, selection, currency ?? null);
    }),
    handle(costRows, async ({ query: { pageSize, pageToken, ...asked }, identity }) => {
      const selection = { ...asked, filter: limitFilters(identity, asked.filter) };
      return addPartial(identity, await readRowPage(deps, selection, { pageSize, pageToken }));
    }),
    handleDownload(costRowsCsv, async ({ query, identity }) => ({
      contentType: 'text/csv; charset=utf-8',
      filename: 'cost-rows.csv',
      content: await buildRowsCsv(deps, { ...query, filter: limitFilters(identity, query.filter) }),
    })),
    handle(getMonthToDate, async ({ query: { currency = deps.config.reportingCurrency, ...query }, identity }) => {
      const filter = limitFilters(identity, query.filter);
      return addPartial(identity, await readMonthToDate(deps, { ...query, filter, currency: currency ?? null }));
    }),
    handle(costDimensions, async ({ identity }) => {
      const found = await readDimensions(deps);
      // Teams name their projects and customers in tags.
      return identity.visible.money === 'all' ? found : { ...found, tagKeys: [], customColumns: [] };
    }),
    handle(costValues, async ({ query, identity }) => {
      const filter = limitFilters(identity, query.filter, [query.dimension]);
      return addPartial(identity, await readDimensionValues(deps, { ...query, filter }));
    }),
    handle(explainCosts, async ({ query, identity }) => {
      const filter = limitFilters(identity, query.filter, query.by);
      return addPartial(identity, await explain(deps, { ...query, filter }));
    }),
    handleDownload(exportFocus, ({ query, identity }) => {
      const filter = limitFilters(identity, query.filter);
      return exportFocusFile(deps, { ...query, filter, hasCustomColumns: identity.visible.money === 'all' });
    }),
  ];
}

/** Says of an answer that it leaves out the cost of other teams. */
function addPartial<Answer extends object>(identity: Identity, answer: Answer): Answer & { partial?: PartialCosts } {
  const partial = describePartial(identity);
  return partial === null ? answer : { ...answer, partial };
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
