import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { getAllocationRules, getCoverage, getRuleHits } from '../../../src/finops/allocation/schema.ts';
import { endpointQuery } from '../client.ts';
import { useMonthScope } from '../frame/use-scope.ts';
import { billParts, listBillCurrencies } from './bill-parts.ts';

/** Data of the whole page: the rules in force, their hits, and the coverage of the bill. */
export function useAllocation() {
  const scope = useMonthScope();
  const search = useSearch({ from: '/allocation' });
  const asked = { enabled: scope.ready && !scope.empty };
  const period = scope.month;
  const rules = useQuery(endpointQuery(getAllocationRules));
  const hits = useQuery({ ...endpointQuery(getRuleHits, { query: { period } }), ...asked });
  const coverage = useQuery({ ...endpointQuery(getCoverage, { query: { period } }), ...asked });
  const currency = listBillCurrencies(coverage.data?.rows ?? [])[0] ?? 'USD';
  const known = rules.data !== undefined && hits.data !== undefined && coverage.data !== undefined;
  const parts = known ? billParts(currency, coverage.data.rows, hits.data.hits, rules.data.rules) : undefined;
  return { scope, search, rules, hits, coverage, currency, parts };
}

export type Allocation = ReturnType<typeof useAllocation>;
