import type { BillDerivation, BillDeriver } from '../billing/index.ts';
import { type AllocationDeps, deriveAllocation, discardDerived, stillStands, swapIn } from './derivation.ts';
import { rulesInForce } from './store.ts';

/** Allocates a change of the bill with the rules in force, to be swapped in together with its rows. */
export function createDeriver(deps: AllocationDeps): BillDeriver {
  return {
    async derive(sql, change): Promise<BillDerivation> {
      let derived = await deriveAllocation(deps, sql, await rulesInForce(sql), change);
      return {
        async swapIn(transaction) {
          const rules = await rulesInForce(transaction);
          if (rules.version !== derived.rules.version || !(await stillStands(deps, transaction, derived))) {
            // Rules or other units changed while the bill was read; what stood on the old ones must not go in.
            await discardDerived(deps, derived);
            derived = await deriveAllocation(deps, transaction, rules, change);
          }
          await swapIn(deps, transaction, derived);
        },
        discard: () => discardDerived(deps, derived),
      };
    },
  };
}
