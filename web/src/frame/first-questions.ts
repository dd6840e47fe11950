import type { QueryClient } from '@tanstack/react-query';
import { costSummary } from '../../../src/finops/costs/schema.ts';
import { endpointQuery } from '../client.ts';

/** The months that have a bill: the newest of them decides what most pages ask for. */
export const monthsQuery = endpointQuery(costSummary, { query: { by: ['month'] } });

/** Every team that has a cost: with it each team has its colour. */
export const teamSpendQuery = endpointQuery(costSummary, { query: { by: ['team'] } });

/** Asks what every page needs while the page's own code still loads; one after the other, for both read the whole bill. */
export async function askFirstQuestions(queries: QueryClient): Promise<void> {
  await queries.prefetchQuery(monthsQuery);
  await queries.prefetchQuery(teamSpendQuery);
}
