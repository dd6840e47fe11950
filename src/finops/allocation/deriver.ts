import { Outdated, type Sql } from '../../platform/store/index.ts';
import type { BillDerivation, BillDeriver } from '../billing/index.ts';
import type { ApplyDeps } from './apply-rules.ts';
import { deriveAllocation, discardDerived, stillStands, swapIn } from './derivation.ts';
import { healAllocations } from './rebuild.ts';
import { rulesInForce } from './store.ts';

/** Allocates a change of the bill with the rules in force, to be swapped in together with its rows. */
export function createDeriver(deps: ApplyDeps): BillDeriver {
  return {
    heal: (sql, periods) => healAllocations(deps, sql, periods),
    async derive(sql: Sql, change): Promise<BillDerivation> {
      const derive = async () => deriveAllocation(deps, sql, await rulesInForce(sql), change);
      let derived = await derive();
      return {
        async swapIn(transaction) {
          const { version } = await rulesInForce(transaction);
          const isCurrent = version === derived.rules.version && (await stillStands(deps, transaction, derived));
          if (!isCurrent) throw new Outdated();
          await swapIn(deps, transaction, derived);
        },
        async refresh() {
          await discardDerived(deps, derived);
          derived = await derive();
        },
        discard: () => discardDerived(deps, derived),
      };
    },
  };
}
