import { handle, type Route } from '../../platform/http/index.ts';
import { createSpecKind, type ManifestKind } from '../../platform/manifests/index.ts';
import type { ReturnsDeps, ReturnsRequest } from './context.ts';
import { readFiguresOfModels } from './figures-of-models.ts';
import { readModelReturn } from './model-return.ts';
import { getModelReturn, listReturns, type ReturnFigures } from './schema.ts';
import { readVisibleReturns } from './service.ts';
import { recordDays } from './units/record.ts';
import { getUnitCosts, listUnitDatasets, recordUnits, UnitDatasetSpec } from './units/schema.ts';
import { applyUnitDataset, readUnitCosts, requireUnitDataset } from './units/service.ts';
import { listDatasets } from './units/store.ts';

export type { ReturnsDeps } from './context.ts';
export { returnMigrations } from './migrations.ts';

/** Cost to make, cost to run, value and payback of models, teams and other subjects; cost per business unit. */
export interface ReturnsNoun {
  /** `UnitDataset`. */
  readonly kinds: readonly ManifestKind[];
  /** Figures of the named models in each of the windows, the longest history first. */
  ofModels(
    models: readonly string[],
    windows: readonly ReturnsRequest[],
  ): Promise<ReadonlyMap<string, ReturnFigures>[]>;
  readonly routes: readonly Route[];
}

export function createReturns(deps: ReturnsDeps): ReturnsNoun {
  return {
    kinds: [createSpecKind('UnitDataset', 60, UnitDatasetSpec, applyUnitDataset)],
    ofModels: (models, windows) => readFiguresOfModels(deps, models, windows),
    routes: [
      handle(listReturns, ({ query, identity }) => readVisibleReturns(deps, query, identity)),
      handle(getModelReturn, ({ params: { model }, query }) => readModelReturn(deps, model, query)),
      handle(listUnitDatasets, async () => ({ datasets: await listDatasets(deps.store) })),
      handle(recordUnits, async ({ params: { dataset }, body: { rows } }) => {
        await requireUnitDataset(deps.store, dataset);
        return recordDays(deps, dataset, rows);
      }),
      handle(getUnitCosts, ({ params: { dataset }, query }) => readUnitCosts(deps, { dataset, ...query })),
    ],
  };
}
