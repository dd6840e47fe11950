import { health, models } from './models.ts';
import { overview } from './overview.ts';
import type { PageSummary } from './question.ts';
import { anomalies, budgets, savings } from './spend.ts';

export type { PageSummary, SummaryOwners } from './question.ts';

/** Pages whose messages have figures, in addition to Costs. */
const SUMMARIES: ReadonlyMap<string, PageSummary> = new Map([
  ['/', overview],
  ['/budgets', budgets],
  ['/forecasts', budgets],
  ['/anomalies', anomalies],
  ['/recommendations', savings],
  ['/models', models],
  ['/endpoints', health],
  ['/monitoring', health],
]);

/** The figures of a page for a message; undefined: the page has none. */
export function findSummary(path: string): PageSummary | undefined {
  return SUMMARIES.get(path);
}
