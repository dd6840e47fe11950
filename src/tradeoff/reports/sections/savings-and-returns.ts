import { listOptimizations } from '../../optimizations/schema.ts';
import { listReturns, type Payback } from '../../returns/schema.ts';
import { moneyCell, ratioCell, textCell } from '../cells.ts';
import type { SectionProvider } from '../provider.ts';

const MOST_ROWS = 20;

/** Optimizations with their state and their saving. */
export const optimizationsSection: SectionProvider = {
  id: 'optimizations',
  title: 'Optimizations',
  of: 'present',
  async build({ read, team }) {
    if (team !== null) return null;
    const { optimizations } = await read(listOptimizations, { query: {} });
    return {
      link: '/optimizations',
      columns: ['Optimization', 'State', 'Change', 'Traffic', 'Saved so far', 'Saving a month'],
      rows: optimizations.slice(0, MOST_ROWS).map(({ optimization, state, summary, percent, saving }) => {
        const link = `/optimizations/${encodeURIComponent(optimization)}`;
        const { saved, monthly, reason } = saving;
        return {
          key: optimization,
          cells: [
            ...[textCell(optimization, link), textCell(state.replace('_', ' '), link), textCell(summary, link)],
            ratioCell(percent / 100, link),
            ...[moneyCell(saved, link, reason), moneyCell(monthly, link, reason)],
          ],
        };
      }),
      others: Math.max(0, optimizations.length - MOST_ROWS),
      empty: 'There is no optimization.',
      notes: ['Savings are measured against the replicas that the baseline would have needed, until the watch ends.'],
    };
  },
};

/** Value against cost of the models in the window. */
export const returnsSection: SectionProvider = {
  id: 'returns',
  title: 'Returns',
  of: 'window',
  async build({ read, window, team }) {
    if (team !== null) return null;
    const toDay = (ms: number) => new Date(ms).toISOString().slice(0, 'YYYY-MM-DD'.length);
    const query = { by: 'model' as const, start: toDay(window.start), end: toDay(window.end) };
    const { rows, totalRows, notes } = await read(listReturns, { query });
    return {
      link: '/returns',
      columns: ['Model', 'Cost to run', 'Value', 'Value - cost to run', 'Payback'],
      rows: rows.slice(0, MOST_ROWS).map(({ key, running, value, contribution, payback }) => {
        const link = key === null ? '/returns' : `/returns/${encodeURIComponent(key)}`;
        return {
          key: key ?? 'none',
          cells: [
            textCell(key ?? 'without a model', link),
            moneyCell(running.cost, link, running.reason),
            moneyCell(value.total, link, value.reason),
            moneyCell(contribution.amount, link, contribution.reason),
            textCell(describePayback(payback), link, payback.reason),
          ],
        };
      }),
      others: Math.max(0, totalRows - MOST_ROWS),
      empty: 'No model has a cost or a value in the window.',
      notes,
    };
  },
};

/** Null: no day is known. */
function describePayback({ state, date }: Payback): string | null {
  if (date === null) return null;
  return state === 'projected' ? `expected ${date}` : date;
}
