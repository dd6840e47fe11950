import type { StatementCharge, StatementWay } from '../../../src/finops/statements/schema.ts';

export const WAYS: Readonly<Record<StatementWay, { readonly label: string; readonly means: string }>> = {
  direct: { label: 'Direct', means: 'Rows of the team alone.' },
  shared: { label: 'Shared', means: 'Its share of pools that several teams use.' },
  idle: { label: 'Idle', means: 'Reserved but unused cost.' },
};

export const CHARGES: Readonly<Record<StatementCharge, string>> = {
  usage: 'Usage',
  commitment: 'Commitments',
  'commitment-unused': 'Unused commitments',
  purchase: 'Purchases',
  credit: 'Credits',
  tax: 'Taxes',
  adjustment: 'Adjustments',
  other: 'Without a category',
};

/** Name of a team; `unallocated` for null, the unallocated cost. */
export function teamName(team: string | null): string {
  return team ?? 'unallocated';
}

/** A team in the path of an endpoint; "-" is the unallocated cost. */
export function teamParam(team: string | null): string {
  return team ?? '-';
}
