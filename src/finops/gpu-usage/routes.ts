import { type Download, handle, handleDownload, type Route } from '../../platform/http/index.ts';
import { readGpuHeatMap, readGpuReadings } from './heat/service.ts';
import { readGpuIdle } from './idle/service.ts';
import { findOwnerRules } from './owner-rules/store.ts';
import { buildEfficiencyCsv, buildOutcomesCsv, buildOwnersCsv } from './owners/csv.ts';
import { reportGpuEfficiency, reportGpuOutcomes, reportGpuOwners } from './owners/reports.ts';
import { createOwnedTimes, type OwnedDeps } from './owners/service.ts';
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
  const times = createOwnedTimes(() => deps);
  return [
    handle(getGpuIdle, ({ query }) => readGpuIdle(deps, query)),
    handle(listGpuOwnerRules, async () => ({ documents: await findOwnerRules(deps.store) })),
    handle(getGpuOwners, ({ query }) => reportGpuOwners(times, query)),
    handleDownload(gpuOwnersCsv, async ({ query }) =>
      toCsvFile(`gpus-by-${query.by}`, buildOwnersCsv(await reportGpuOwners(times, query))),
    ),
    handle(getGpuEfficiency, ({ query }) => reportGpuEfficiency(times, query)),
    handleDownload(gpuEfficiencyCsv, async ({ query }) =>
      toCsvFile(`gpu-efficiency-by-${query.by}`, buildEfficiencyCsv(await reportGpuEfficiency(times, query))),
    ),
    handle(getGpuHeatMap, ({ query }) => readGpuHeatMap(times, deps, query)),
    handle(getGpuReadings, ({ query }) => readGpuReadings(deps, query)),
    handle(getGpuOutcomes, ({ query }) => reportGpuOutcomes(times, deps, query)),
    handleDownload(gpuOutcomesCsv, async ({ query }) =>
      toCsvFile('gpu-outcomes', buildOutcomesCsv(await reportGpuOutcomes(times, deps, query))),
    ),
  ];
}

function toCsvFile(name: string, content: string): Download {
  return { contentType: 'text/csv; charset=utf-8', filename: `${name}.csv`, content };
}
