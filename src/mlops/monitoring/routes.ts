import { handle, type Route } from '../../platform/http/index.ts';
import { readInputNames } from './monitors/input-names.ts';
import { listMonitors, showMonitor } from './monitors/schema.ts';
import { findMonitors, monitorOfModel } from './monitors/store.ts';
import type { StoredWindows } from './monitors/stored-windows.ts';
import { watched } from './monitors/windows.ts';
import { keepLabelFile } from './predictions/label-file.ts';
import { listed } from './predictions/list.ts';
import { deleteSubject, type KeepDays, previewRetention } from './predictions/retention.ts';
import {
  deletePredictions,
  importLabels,
  listPredictions,
  previewPredictionRetention,
  recordLabels,
  recordPredictions,
} from './predictions/schema.ts';
import { keepLabels, keepPredictions, noMonitor } from './predictions/service.ts';
import type { MonitoringDeps, OpenedMonitoring } from './tables.ts';

/** Label window in days for models without a monitor. */
const WITHIN_DAYS = 30;

export function monitoringRoutes(
  deps: MonitoringDeps & { readonly config: KeepDays; readonly storedWindows: Pick<StoredWindows, 'find' | 'forget'> },
  opened: OpenedMonitoring,
): Route[] {
  const all = { ...deps, ...opened };
  return [
    handle(recordPredictions, ({ body }) => keepPredictions(all, body.predictions)),
    handle(recordLabels, ({ body }) => keepLabels(all, body)),
    handle(importLabels, async ({ body: { upload, model, columns } }) => {
      const { name } = await deps.uploads.facts(upload);
      const path = await deps.objects.localPath(deps.uploads.keyOf(upload));
      if (path === null) throw new Error('uploads are stored on this machine, where the lake reads them');
      const recorded = await keepLabelFile(all, { path, name, model, columns });
      await deps.uploads.discard(upload);
      return recorded;
    }),
    handle(listPredictions, async ({ query: { pageSize, pageToken, ...selection } }) => {
      const monitor = await monitorOfModel(deps.store, selection.model);
      const withinDays = monitor?.spec.labels.withinDays ?? WITHIN_DAYS;
      return listed(opened, selection, { withinDays, pageSize, pageToken });
    }),
    handle(previewPredictionRetention, ({ query }) => {
      const { predictionDays = deps.config.predictionDays, labelDays = deps.config.labelDays } = query;
      return previewRetention(all, { predictionDays, labelDays });
    }),
    handle(deletePredictions, async ({ body }) => {
      try {
        return await deleteSubject(all, body);
      } finally {
        // Also after an error: a part of the rows may have been deleted before it.
        if (!body.dryRun) await deps.storedWindows.forget();
      }
    }),
    handle(listMonitors, async () => ({ monitors: await findMonitors(deps.store) })),
    handle(showMonitor, async ({ params: { monitor: name }, query: { by, slice, mostValues, ...selected } }) => {
      const [monitor] = await findMonitors(deps.store, name);
      if (monitor === undefined) throw noMonitor(name);
      const { spec } = monitor;
      const knownAt = selected.knownAt ?? new Date(deps.clock.now()).toISOString();
      const selection = { ...selected, knownAt, model: spec.model };
      const stored = await deps.storedWindows.find(monitor, { by, slice, mostValues, ...selected });
      if (stored !== null) return { monitor: name, spec, ...stored };
      const shown = await watched(opened, { spec, selection, by, slice, mostValues });
      const inputs = await readInputNames(opened.predictions, selection, shown.windows);
      return { monitor: name, spec, knownAt, ...shown, inputs };
    }),
  ];
}
