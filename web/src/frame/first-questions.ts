import type { QueryClient } from '@tanstack/react-query';
import { costSummary } from '../../../src/finops/costs/schema.ts';
import { endpointQuery } from '../client.ts';
import { needsBillMonths } from './range-pages.ts';

/** Months with a bill; pages of the bill show the newest of them. */
export const monthsQuery = endpointQuery(costSummary, { query: { by: ['month'] } });

/** The months of an answer to {@link monthsQuery}, oldest first. */
export function listMonths(answer: { readonly rows: readonly Readonly<Record<string, string | null>>[] } | undefined) {
  return [...new Set((answer?.rows ?? []).map((row) => row.month ?? ''))].sort();
}

/** Every team that has a cost: with it each team has its colour. */
export const teamSpendQuery = endpointQuery(costSummary, { query: { by: ['team'] } });

/**
 * Prefetches data of the pages of the bill while the page's code still loads. In sequence, because both queries read
 * the whole bill. Other pages need neither.
 */
export async function askFirstQuestions(queries: QueryClient, path: string): Promise<void> {
  if (!needsBillMonths(path)) return;
  await queries.prefetchQuery(monthsQuery);
  await queries.prefetchQuery(teamSpendQuery);
}
