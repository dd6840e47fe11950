import { handle, type Route } from '../../platform/http/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import type { BillDeriver } from '../billing/index.ts';
import { type AllocationRule, getAllocationRules } from './schema.ts';
import { type AllocationDeps, applyRules, createDeriver } from './service.ts';
import { rulesInForce } from './store.ts';

export { allocatedCosts, allocations, type SubjectField } from './allocation-sql.ts';
export { allocationMigrations } from './migrations.ts';

/** Who pays: ordered rules map bill rows to subjects; what no rule takes is unallocated and stays visible. */
export interface Allocation {
  /** Derives the allocations of a delivery before it is swapped in. */
  readonly deriver: BillDeriver;
  /** Puts rules in force and allocates everything anew, in the caller's transaction. */
  apply(sql: Sql, rules: readonly AllocationRule[]): Promise<'created' | 'changed' | 'unchanged'>;
  readonly routes: readonly Route[];
}

export function createAllocation(deps: AllocationDeps & { readonly store: Store }): Allocation {
  return {
    deriver: createDeriver(deps.lake),
    apply: (sql, rules) => applyRules(deps, sql, rules),
    routes: [
      handle(getAllocationRules, async () => {
        const { version, rules } = await rulesInForce(deps.store);
        return { version, rules: [...rules] };
      }),
    ],
  };
}
