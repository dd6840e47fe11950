import type { ResponseOf } from '../../platform/contract/schema.ts';
import { handle, limitWork, type Route } from '../../platform/http/index.ts';
import type { ProductionHealthDeps } from './context.ts';
import { getProductionHealth } from './schema.ts';
import { readProductionHealth } from './service.ts';

/** Health of endpoints and served models: requests, SLOs, and open alerts judged on the versions that run. */
export interface ProductionHealth {
  /** Health of all endpoints and models at this time. */
  read(): Promise<ResponseOf<typeof getProductionHealth>>;
  readonly routes: readonly Route[];
}

export function createProductionHealth(deps: ProductionHealthDeps): ProductionHealth {
  return {
    read: () => readProductionHealth(deps, {}),
    routes: [
      handle(getProductionHealth, ({ query, identity }) =>
        readProductionHealth(deps, query, limitWork(identity)?.teams ?? null),
      ),
    ],
  };
}
