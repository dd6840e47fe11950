import { handle, type Route } from '../../platform/http/index.ts';
import type { Purchases } from './purchases.ts';
import {
  adviseCommitment,
  adviseHardware,
  adviseSpot,
  getGpuIdle,
  importGpuPool,
  importGpuSamples,
  listGpuImports,
  packGpus,
  replaySpotDeadline,
} from './schema.ts';
import type { GpuService } from './service.ts';

export function gpuRoutes(service: GpuService): Route[] {
  return [
    handle(importGpuSamples, ({ body }) => service.importSamples(body)),
    handle(importGpuPool, ({ body }) => service.importPool(body)),
    handle(listGpuImports, async () => ({ imports: await service.imports() })),
    handle(getGpuIdle, ({ query }) => service.idle(query)),
    handle(packGpus, ({ body }) => service.pack(body)),
  ];
}

export function purchaseRoutes(purchases: Purchases): Route[] {
  return [
    handle(adviseSpot, ({ body }) => purchases.spot(body)),
    handle(replaySpotDeadline, ({ body }) => purchases.deadline(body)),
    handle(adviseCommitment, ({ body }) => purchases.commitment(body)),
    handle(adviseHardware, ({ body }) => purchases.hardware(body)),
  ];
}
