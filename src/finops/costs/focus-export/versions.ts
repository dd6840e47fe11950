import { type FocusColumn, focusColumnNames } from '../../billing/index.ts';
import type { FocusVersion } from './schema.ts';

/** Columns added in 1.4 (FOCUS changelog 1.4). */
const since14: readonly string[] = ['CommitmentProgramEligibilityDetails', 'InvoiceDetailId'];
/** Columns added in 1.3 (FOCUS changelog 1.3). */
const since13: readonly string[] = [
  'AllocatedMethodDetails',
  'AllocatedMethodId',
  'AllocatedResourceId',
  'AllocatedResourceName',
  'AllocatedTags',
  'ContractApplied',
  'HostProviderName',
  'ServiceProviderName',
];
/** Columns that 1.4 no longer has. */
export type FormerColumn = 'ProviderName' | 'PublisherName';
const until13: readonly FormerColumn[] = ['ProviderName', 'PublisherName'];

/** The columns of a version: 57 in 1.2, 65 in 1.3, 65 in 1.4, by name. */
export function listVersionColumns(version: FocusVersion): (FocusColumn | FormerColumn)[] {
  const missing = new Set([...(version === '1.4' ? [] : since14), ...(version === '1.2' ? since13 : [])]);
  const kept = focusColumnNames.filter((name) => !missing.has(name));
  return [...kept, ...(version === '1.4' ? [] : until13)].toSorted();
}
