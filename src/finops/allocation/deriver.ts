import type { StagedFile } from '../../platform/lake/index.ts';
import { Outdated, type Sql } from '../../platform/store/index.ts';
import type { BillDerivation, BillDeriver } from '../billing/index.ts';
import type { ApplyDeps } from './apply-rules.ts';
import { deriveAllocation, discardDerived, isStillValid, swapIn } from './derivation.ts';
import { healAllocations } from './rebuild.ts';
import { findDerivedFiles } from './states.ts';
import { findRulesInForce } from './store.ts';
import { allocatedDaily, allocations } from './tables.ts';

/** Allocates a change of the bill with the rules in force, to be swapped in together with its rows. */
export function createDeriver(deps: ApplyDeps): BillDeriver {
  const derivedOf: BillDeriver['derivedOf'] = async (sql, deleted) => {
    const files: StagedFile[] = [];
    for (const unit of deleted) {
      const { allocationFiles, dailyFiles } = await findDerivedFiles(sql, unit);
      const kept = [
        ...(await deps.lake.keptById(sql, allocations, allocationFiles)),
        ...(await deps.lake.keptById(sql, allocatedDaily, dailyFiles)),
      ];
      files.push(...kept.filter(({ partition }) => partition === unit.partition));
    }
    return files;
  };
  return {
    derivedOf,
    async forget(sql, deleted) {
      const ids = (await derivedOf(sql, deleted)).map(({ id }) => id);
      return [
        ...(await deps.lake.forgetById(sql, allocations, ids)),
        ...(await deps.lake.forgetById(sql, allocatedDaily, ids)),
      ];
    },
    heal: (sql, periods) => healAllocations(deps, sql, periods),
    async derive(sql: Sql, change): Promise<BillDerivation> {
      const derive = async () => deriveAllocation(deps, sql, await findRulesInForce(sql), change);
      let derived = await derive();
      return {
        async swapIn(transaction) {
          const { version } = await findRulesInForce(transaction);
          const isCurrent = version === derived.rules.version && (await isStillValid(deps, transaction, derived));
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
