import type { QueryClient } from '@tanstack/react-query';
import { costSummary, getMonthToDate, type MonthToDate } from '../../../src/finops/costs/schema.ts';
import { endpointQuery } from '../client.ts';
import { needsBillMonths } from './range-pages.ts';

/** Months with a bill. */
export const monthsQuery = endpointQuery(costSummary, { query: { by: ['month'] } });

/** The months of an answer to {@link monthsQuery}, oldest first. */
export function listMonths(answer: { readonly rows: readonly Readonly<Record<string, string | null>>[] } | undefined) {
  return [...new Set((answer?.rows ?? []).map((row) => row.month ?? ''))].sort();
}

/** The charges of the newest month with a bill, to its last whole day. */
export const newestMonthQuery = endpointQuery(getMonthToDate, { query: {} });

/**
 * The month that pages of the bill show where the address names none: the newest one with a whole day, since shares and
 * changes of some hours mislead. Where no month has one: the newest.
 *
 * @example ['2026-10', '2026-11', '2026-12'] on 1 December, no charge day of which is whole -> '2026-11'
 */
export function findShownMonth(
  months: readonly string[],
  newest: Pick<MonthToDate, 'month' | 'through'> | undefined,
): string | undefined {
  const last = months.at(-1);
  const isWithoutDay = newest !== undefined && newest.month === last && newest.through === null;
  return isWithoutDay ? (months.at(-2) ?? last) : last;
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
  const months = listMonths(queries.getQueryData(monthsQuery.queryKey));
  if (months.length > 1) await queries.prefetchQuery(newestMonthQuery);
  await queries.prefetchQuery(teamSpendQuery);
}
