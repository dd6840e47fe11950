import { DEFAULT_METRIC } from '../../../src/finops/billing/schema.ts';
import type { costRows } from '../../../src/finops/costs/schema.ts';
import type { CallInput } from '../../../src/platform/contract/schema.ts';
import { readRange } from '../frame/date-range.ts';
import type { Scope } from '../frame/use-scope.ts';
import type { CostsSearch } from './costs-search.ts';
import { exactFilter } from './filters/filter-text.ts';

export type Selection = NonNullable<CallInput<typeof costRows>['query']>;

export const DEFAULT_BY: readonly string[] = ['team'];
export const MAX_DIMENSIONS = 2;

/** Dimensions that the address names, at most two, none twice. */
export function listDimensions(search: Pick<CostsSearch, 'by'>): readonly string[] {
  const named = [...new Set((search.by ?? []).flatMap((item) => item.split(',')))].filter((item) => item !== '');
  return named.length === 0 ? DEFAULT_BY : named.slice(0, MAX_DIMENSIONS);
}

/** The filters that the frame and the page give together. */
export function filtersIn(
  scope: Pick<Scope, 'team'>,
  search: Pick<CostsSearch, 'filter' | 'currency'>,
): readonly string[] {
  return [
    ...(scope.team === undefined ? [] : [exactFilter('team', scope.team)]),
    ...(search.currency === undefined ? [] : [exactFilter('billingCurrency', search.currency)]),
    ...(search.filter ?? []),
  ];
}

/** Which rows are asked for: the period and team of the frame, with the page's range, filters and metric. */
export function toSelection(
  scope: Pick<Scope, 'month' | 'team'>,
  search: Pick<CostsSearch, 'metric' | 'filter' | 'currency' | 'from' | 'to' | 'delivery'>,
): Selection {
  const filter = filtersIn(scope, search);
  return {
    metric: search.metric ?? DEFAULT_METRIC,
    ...(readRange(search.from, search.to) ?? (scope.month === undefined ? {} : { period: scope.month })),
    ...(search.delivery === undefined ? {} : { delivery: search.delivery }),
    ...(filter.length === 0 ? {} : { filter: [...filter] }),
  };
}

/** The filters that lead to the rows behind a group. */
export function listFilters(group: Readonly<Record<string, string | null>>, dimensions: readonly string[]): string[] {
  return dimensions.map((dimension) => exactFilter(dimension, group[dimension] ?? null));
}
