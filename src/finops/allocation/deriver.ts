import type { BillDerivation, BillDeriver } from '../billing/index.ts';
import type { ApplyDeps } from './apply-rules.ts';
import { deriveAllocation, discardDerived, stillStands, swapIn } from './derivation.ts';
import { healAllocations } from './rebuild.ts';
import { rulesInForce } from './store.ts';

/** Allocates a change of the bill with the rules in force, to be swapped in together with its rows. */
export function createDeriver(deps: ApplyDeps): BillDeriver {
  return {
    heal: (sql, periods) => healAllocations(deps, sql, periods),
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
