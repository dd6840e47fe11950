import type { Route } from '../../platform/http/index.ts';
import { transferRoutes } from './routes.ts';
import { createService, type TransferDeps } from './service.ts';

export { transferMigrations } from './migrations.ts';

/** Taking over experiments, runs, models and their files from another MLflow server, with their ids. */
export interface MlflowTransfer {
  readonly routes: readonly Route[];
}

/** Creates the receiving side of `steelyard mlflow import`; `main.ts` calls it once. */
export function createTransfer(deps: TransferDeps): MlflowTransfer {
  return { routes: transferRoutes(createService(deps)) };
}
