import { type Download, handle, handleDownload, type Route } from '../../platform/http/index.ts';
import { gpuHeatMap, gpuReadings } from './heat/service.ts';
import { gpuIdle } from './idle/service.ts';
import { findOwnerRules } from './owner-rules/store.ts';
import { efficiencyCsv, outcomesCsv, ownersCsv } from './owners/csv.ts';
import { gpuEfficiency, gpuOutcomes, gpuOwners } from './owners/reports.ts';
import { type OwnedDeps, ownedTimes } from './owners/service.ts';
import {
  getGpuEfficiency,
  getGpuHeatMap,
  getGpuIdle,
  getGpuOutcomes,
  getGpuOwners,
  getGpuReadings,
  gpuEfficiencyCsv,
  gpuOutcomesCsv,
  gpuOwnersCsv,
  listGpuOwnerRules,
} from './schema.ts';

export function gpuUsageRoutes(deps: OwnedDeps): Route[] {
  const times = ownedTimes(() => deps);
  return [
    handle(getGpuIdle, ({ query }) => gpuIdle(deps, query)),
    handle(listGpuOwnerRules, async () => ({ documents: await findOwnerRules(deps.store) })),
    handle(getGpuOwners, ({ query }) => gpuOwners(times, query)),
    handleDownload(gpuOwnersCsv, async ({ query }) =>
      toCsvFile(`gpus-by-${query.by}`, ownersCsv(await gpuOwners(times, query))),
    ),
    handle(getGpuEfficiency, ({ query }) => gpuEfficiency(times, query)),
    handleDownload(gpuEfficiencyCsv, async ({ query }) =>
      toCsvFile(`gpu-efficiency-by-${query.by}`, efficiencyCsv(await gpuEfficiency(times, query))),
    ),
    handle(getGpuHeatMap, ({ query }) => gpuHeatMap(times, deps, query)),
    handle(getGpuReadings, ({ query }) => gpuReadings(deps, query)),
    handle(getGpuOutcomes, ({ query }) => gpuOutcomes(times, deps, query)),
    handleDownload(gpuOutcomesCsv, async ({ query }) =>
      toCsvFile('gpu-outcomes', outcomesCsv(await gpuOutcomes(times, deps, query))),
    ),
  ];
}

function toCsvFile(name: string, content: string): Download {
  return { contentType: 'text/csv; charset=utf-8', filename: `${name}.csv`, content };
}
