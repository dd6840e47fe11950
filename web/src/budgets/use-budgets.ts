import { useQuery } from '@tanstack/react-query';
import { listBudgetDays, listBudgets } from '../../../src/finops/budgets/schema.ts';
import { listForecasts } from '../../../src/finops/forecasts/schema.ts';
import { endpointQuery } from '../client.ts';

/** Short refresh interval, because running work draws on budgets continuously. */
const REFRESH_MS = 10_000;
const FORECASTS_MS = 60_000;

/** All budgets; their forecasts and days are read concurrently, so that the list does not wait for them. */
export function useBudgets() {
  const budgets = useQuery({ ...endpointQuery(listBudgets), refetchInterval: REFRESH_MS });
  const forecasts = useQuery({
    ...endpointQuery(listForecasts, { query: { level: 'budget' as const } }),
    refetchInterval: FORECASTS_MS,
  });
  const days = useQuery(endpointQuery(listBudgetDays, { query: {} }));
  return { budgets, forecasts, days };
}
