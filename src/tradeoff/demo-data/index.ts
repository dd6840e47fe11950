import { handle, type Route } from '../../platform/http/index.ts';
import type { ManifestKind } from '../../platform/manifests/index.ts';
import { type DemoData, getDemoData, loadDemoData, removeDemoData } from './schema.ts';
import { type DemoDataDeps, DemoDataService, type IncomingRequest } from './service.ts';

export { demoDataMigrations } from './migrations.ts';
export { LOAD_HEADER } from './refused-routes.ts';
export { finishRemoval, type RemovalDeps } from './removal.ts';
export type { DemoDataDeps } from './service.ts';

/** Demo data that fill an empty server, and their removal. */
export interface DemoDataNoun extends AsyncDisposable {
  readonly routes: readonly Route[];
  /** Reads the state; called once before the server answers. */
  open(): Promise<void>;
  show(): Promise<DemoData>;
  /** Refuses data of users while demo data are loaded. Error: `demo_data_loaded`. */
  admit(request: IncomingRequest): void;
  watchKind(kind: ManifestKind): ManifestKind;
}

export function createDemoData(deps: DemoDataDeps): DemoDataNoun {
  const service = new DemoDataService(deps);
  return {
    routes: [
      handle(getDemoData, () => service.show()),
      handle(loadDemoData, () => service.load()),
      handle(removeDemoData, () => service.remove()),
    ],
    open: () => service.open(),
    show: () => service.show(),
    admit: (request) => service.admit(request),
    watchKind: service.watchKind,
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  };
}
