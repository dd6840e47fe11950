import { buildUnrepairableFinding, type Verifier } from '../../platform/integrity/index.ts';
import type { Lake } from '../../platform/lake/index.ts';
import type { Objects } from '../../platform/objects/index.ts';
import type { Store } from '../../platform/store/index.ts';
import { buildRawKey } from './intake/index.ts';
import { findAllDeliveries, findUnitsOfDelivery } from './store.ts';

export interface ReferenceDeps {
  readonly store: Store;
  readonly lake: Lake;
  readonly objects: Pick<Objects, 'size'>;
}

/**
 * Verifies that each delivery has its raw files (unless retention deleted them) and its rows in the manifest of the
 * lake.
 */
export function createBillVerifier({ store, lake, objects }: ReferenceDeps): Verifier {
  return {
    area: 'references',
    async verify(look) {
      let items = 0;
      const known = new Set((await lake.upkeep.allFiles(store)).map(({ id }) => id));
      for (const delivery of await findAllDeliveries(store)) {
        look.signal.throwIfAborted();
        for (const { name, sha256 } of delivery.rawDeletedAt === null ? delivery.files : []) {
          items += 1;
          if ((await objects.size(buildRawKey(sha256))) !== null) continue;
          const what = `objects/${buildRawKey(sha256)}`;
          const problem = `the raw file "${name}" of delivery ${delivery.id} is missing`;
          look.find(buildUnrepairableFinding(what, problem, 'import the same file again', delivery.periods[0] ?? null));
        }
        for (const unit of await findUnitsOfDelivery(store, delivery.id)) {
          items += unit.lakeFiles.length;
          for (const id of unit.lakeFiles.filter((file) => !known.has(file))) {
            const problem = `delivery ${delivery.id} names it, the manifest of the lake does not`;
            look.find(
              buildUnrepairableFinding(`lake file ${id}`, problem, 'restore a backup of the store', unit.period),
            );
          }
        }
      }
      return { items, sizeBytes: 0, digestsAdded: 0 };
    },
  };
}
