import type { costRows } from '../../../src/finops/costs/schema.ts';
import type { CallInput } from '../../../src/platform/contract/schema.ts';
import type { Scope } from '../frame/use-scope.ts';
import type { CostsSearch } from './costs-search.ts';

export type Selection = NonNullable<CallInput<typeof costRows>['query']>;

export const DEFAULT_BY: readonly string[] = ['team'];
export const MAX_DIMENSIONS = 2;

/** Dimensions that the address names, at most two, none twice. */
export function dimensionsOf(search: Pick<CostsSearch, 'by'>): readonly string[] {
  const named = [...new Set((search.by ?? []).flatMap((item) => item.split(',')))].filter((item) => item !== '');
  return named.length === 0 ? DEFAULT_BY : named.slice(0, MAX_DIMENSIONS);
}

/** Which rows are asked for: the month and team of the frame, with the page's filters and metric. */
export function selectionOf(
  scope: Pick<Scope, 'month' | 'team'>,
  search: Pick<CostsSearch, 'metric' | 'filter' | 'currency'>,
): Selection {
  const filter = [
    ...(scope.team === undefined ? [] : [`team=${scope.team}`]),
    ...(search.currency === undefined ? [] : [`billingCurrency=${search.currency}`]),
    ...(search.filter ?? []),
  ];
  return {
    metric: search.metric ?? 'billedCost',
    ...(scope.month === undefined ? {} : { period: scope.month }),
    ...(filter.length === 0 ? {} : { filter }),
  };
}

/** `serviceName=Amazon Bedrock` -> dimension and value; an empty value means "no value". */
export function splitFilter(filter: string): { dimension: string; value: string | null } {
  const at = filter.indexOf('=');
  return { dimension: filter.slice(0, at), value: filter.slice(at + 1) || null };
}

/** The filters that lead to the rows behind a group. */
export function filtersOf(group: Readonly<Record<string, string | null>>, dimensions: readonly string[]): string[] {
  return dimensions.map((dimension) => `${dimension}=${group[dimension] ?? ''}`);
}
