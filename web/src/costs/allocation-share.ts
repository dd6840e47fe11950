import { decimal, decimalString } from '../../../src/platform/units/schema.ts';
import type { Group } from './stack.ts';

export interface AllocationShare {
  readonly allocated: string;
  readonly unallocated: string;
}

/** How much of the groups has a team and how much has none; exact. */
export function allocationShare(groups: readonly Group[]): AllocationShare {
  let allocated = decimal(0);
  let unallocated = decimal(0);
  for (const group of groups) {
    if (group.team == null) unallocated = unallocated.plus(group.amount ?? '0');
    else allocated = allocated.plus(group.amount ?? '0');
  }
  return { allocated: decimalString(allocated), unallocated: decimalString(unallocated) };
}
