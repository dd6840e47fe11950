import type { QueryClient } from '@tanstack/react-query';
import { costSummary } from '../../../src/finops/costs/schema.ts';
import { endpointQuery } from '../client.ts';

/** Months with a bill; most pages query the newest of them. */
export const monthsQuery = endpointQuery(costSummary, { query: { by: ['month'] } });

/** Every team that has a cost: with it each team has its colour. */
export const teamSpendQuery = endpointQuery(costSummary, { query: { by: ['team'] } });

/**
 * Prefetches data for every page while the page's code still loads. In sequence, because both queries read the whole
 * bill.
 */
export async function askFirstQuestions(queries: QueryClient): Promise<void> {
  await queries.prefetchQuery(monthsQuery);
  await queries.prefetchQuery(teamSpendQuery);
}
