import {
  type Download,
  handle,
  handleDownload,
  type Identity,
  limitMoney,
  type Route,
} from '../../platform/http/index.ts';
import { readGpuHeatMap, readGpuReadings } from './heat/service.ts';
import { readGpuIdle } from './idle/service.ts';
import { findOwnerRules } from './owner-rules/store.ts';
import { buildEfficiencyCsv, buildOutcomesCsv, buildOwnersCsv } from './owners/csv.ts';
import { reportGpuEfficiency, reportGpuOutcomes, reportGpuOwners } from './owners/reports.ts';
import { createOwnedTimes, limitTimes, type OwnedDeps } from './owners/service.ts';
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
  const timesOf = (identity: Identity) => limitTimes(times, limitMoney(identity));
  return [
    handle(getGpuIdle, ({ query }) => readGpuIdle(deps, query)),
    handle(listGpuOwnerRules, async () => ({ documents: await findOwnerRules(deps.store) })),
    handle(getGpuOwners, async ({ query, identity }) =>
      addPartial(identity, await reportGpuOwners(timesOf(identity), query)),
    ),
    handleDownload(gpuOwnersCsv, async ({ query, identity }) =>
      toCsvFile(`gpus-by-${query.by}`, buildOwnersCsv(await reportGpuOwners(timesOf(identity), query))),
    ),
    handle(getGpuEfficiency, async ({ query, identity }) =>
      addPartial(identity, await reportGpuEfficiency(timesOf(identity), query)),
    ),
    handleDownload(gpuEfficiencyCsv, async ({ query, identity }) =>
      toCsvFile(
        `gpu-efficiency-by-${query.by}`,
        buildEfficiencyCsv(await reportGpuEfficiency(timesOf(identity), query)),
      ),
    ),
    handle(getGpuHeatMap, async ({ query, identity }) =>
      addPartial(identity, await readGpuHeatMap(timesOf(identity), deps, query, limitMoney(identity))),
    ),
    handle(getGpuReadings, async ({ query, identity }) =>
      addPartial(identity, await readGpuReadings(deps, query, limitMoney(identity))),
    ),
    handle(getGpuOutcomes, async ({ query, identity }) =>
      addPartial(identity, await reportGpuOutcomes(timesOf(identity), deps, query)),
    ),
    handleDownload(gpuOutcomesCsv, async ({ query, identity }) =>
      toCsvFile('gpu-outcomes', buildOutcomesCsv(await reportGpuOutcomes(timesOf(identity), deps, query))),
    ),
  ];
}

/** Says of an answer that it has the time of some teams only. */
function addPartial<Answer extends object>(
  identity: Identity,
  answer: Answer,
): Answer & { partial?: { teams: string[] } } {
  const teams = limitMoney(identity);
  return teams === null ? answer : { ...answer, partial: { teams: [...teams] } };
}

function toCsvFile(name: string, content: string): Download {
  return { contentType: 'text/csv; charset=utf-8', filename: `${name}.csv`, content };
}
