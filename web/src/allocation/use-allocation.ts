import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { getAllocationRules, getCoverage, getRuleHits } from '../../../src/finops/allocation/schema.ts';
import { endpointQuery } from '../client.ts';
import { findWholeMonth } from '../frame/date-range.ts';
import { type Scope, useScope } from '../frame/use-scope.ts';
import { billParts, listBillCurrencies } from './bill-parts.ts';

/**
 * Data of the whole page: the rules in force, their hits, and the coverage of the bill.
 * `month` is for the parts that take whole months: of another range, the month of its end.
 */
export function useAllocation() {
  const scope = useScope();
  const search = useSearch({ from: '/allocation' });
  const asked = { enabled: scope.ready && !scope.empty };
  const range = toRangeQuery(scope);
  const rules = useQuery(endpointQuery(getAllocationRules));
  const hits = useQuery({ ...endpointQuery(getRuleHits, { query: range }), ...asked });
  const coverage = useQuery({ ...endpointQuery(getCoverage, { query: range }), ...asked });
  const currency = listBillCurrencies(coverage.data?.rows ?? [])[0] ?? 'USD';
  const known = rules.data !== undefined && hits.data !== undefined && coverage.data !== undefined;
  const parts = known ? billParts(currency, coverage.data.rows, hits.data.hits, rules.data.rules) : undefined;
  return {
    scope,
    range,
    month: scope.range === undefined ? undefined : scope.endMonth,
    search,
    rules,
    hits,
    coverage,
    currency,
    parts,
  };
}

/** The range in view as endpoints of allocation take it; empty for all months. */
function toRangeQuery({ range }: Pick<Scope, 'range'>) {
  if (range === undefined) return {};
  const period = findWholeMonth(range);
  return period === undefined ? { from: range.from, to: range.to } : { period };
}

export type Allocation = ReturnType<typeof useAllocation>;
