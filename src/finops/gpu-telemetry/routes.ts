import { type Download, handle, handleDownload, type Route } from '../../platform/http/index.ts';
import { efficiencyCsv, outcomesCsv, ownersCsv } from '../gpu-usage/owners/csv.ts';
import type { Purchases } from '../purchasing/purchases.ts';
import {
  adviseCommitment,
  adviseHardware,
  adviseSpot,
  getGpuEfficiency,
  getGpuHeatMap,
  getGpuIdle,
  getGpuOutcomes,
  getGpuOwners,
  getGpuReadings,
  gpuEfficiencyCsv,
  gpuOutcomesCsv,
  gpuOwnersCsv,
  importGpuHolders,
  importGpuPool,
  importGpuSamples,
  listContainerUse,
  listGpuImports,
  listGpuOwnerRules,
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
    handle(listContainerUse, ({ query }) => service.containerReport(query)),
    handle(packGpus, ({ body }) => service.pack(body)),
    handle(importGpuHolders, ({ body }) => service.importHolders(body)),
    handle(listGpuOwnerRules, async () => ({ documents: await service.ownerRules() })),
    handle(getGpuOwners, ({ query }) => service.owners(query)),
    handleDownload(gpuOwnersCsv, async ({ query }) =>
      csv(`gpus-by-${query.by}`, ownersCsv(await service.owners(query))),
    ),
    handle(getGpuEfficiency, ({ query }) => service.efficiency(query)),
    handleDownload(gpuEfficiencyCsv, async ({ query }) =>
      csv(`gpu-efficiency-by-${query.by}`, efficiencyCsv(await service.efficiency(query))),
    ),
    handle(getGpuHeatMap, ({ query }) => service.heatMap(query)),
    handle(getGpuReadings, ({ query }) => service.readings(query)),
    handle(getGpuOutcomes, ({ query }) => service.outcomes(query)),
    handleDownload(gpuOutcomesCsv, async ({ query }) =>
      csv('gpu-outcomes', outcomesCsv(await service.outcomes(query))),
    ),
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

function csv(name: string, content: string): Download {
  return { contentType: 'text/csv; charset=utf-8', filename: `${name}.csv`, content };
}
