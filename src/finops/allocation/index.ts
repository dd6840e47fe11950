import { handle, type Route } from '../../platform/http/index.ts';
import { type ManifestKind, specKind } from '../../platform/manifests/index.ts';
import type { Store } from '../../platform/store/index.ts';
import type { BillDeriver } from '../billing/index.ts';
import { AllocationRulesSpec, getAllocationRules } from './schema.ts';
import { type AllocationDeps, applyRules, createDeriver } from './service.ts';
import { rulesInForce } from './store.ts';

export { allocations, type SubjectField } from './allocation-sql.ts';
export { allocationMigrations } from './migrations.ts';

/** Who pays: ordered rules map bill rows to subjects; what no rule takes is unallocated and stays visible. */
export interface Allocation {
  /** Derives the allocations of a delivery before it is swapped in. */
  readonly deriver: BillDeriver;
  /** `AllocationRules`: puts rules in force and allocates everything anew, in one transaction. */
  readonly kinds: readonly ManifestKind[];
  readonly routes: readonly Route[];
}

export function createAllocation(deps: AllocationDeps & { readonly store: Store }): Allocation {
  return {
    deriver: createDeriver(deps.lake),
    kinds: [
      specKind('AllocationRules', 40, AllocationRulesSpec, (sql, name, spec) =>
        applyRules(deps, sql, name, spec.rules),
      ),
    ],
    routes: [
      handle(getAllocationRules, async () => {
        const { version, rules } = await rulesInForce(deps.store);
        return { version, rules: [...rules] };
      }),
    ],
  };
}
