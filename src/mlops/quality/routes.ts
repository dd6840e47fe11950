import { handle, limitWork, type Route } from '../../platform/http/index.ts';
import type { JournaledTable } from '../../platform/journal/index.ts';
import type { Store } from '../../platform/store/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import { findMonitors, findMonitorsOf, noMonitor } from '../monitors/index.ts';
import { listMonitors, showMonitor } from '../monitors/schema.ts';
import { readInputNames } from './windows/input-names.ts';
import type { StoredWindows } from './windows/stored-windows.ts';
import { readWindows } from './windows/windows.ts';

interface QualityRouteDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly predictions: JournaledTable;
  readonly labels: JournaledTable;
  readonly storedWindows: Pick<StoredWindows, 'find'>;
}

export function qualityRoutes(deps: QualityRouteDeps): Route[] {
  return [
    handle(listMonitors, async ({ identity }) => ({
      monitors: await findMonitorsOf(deps.store, limitWork(identity)),
    })),
    handle(showMonitor, async ({ params: { monitor: name }, query: { by, slice, mostValues, ...selected } }) => {
      const [monitor] = await findMonitors(deps.store, name);
      if (monitor === undefined) throw noMonitor(name);
      const { spec } = monitor;
      const knownAt = selected.knownAt ?? new Date(deps.clock.now()).toISOString();
      const selection = { ...selected, knownAt, model: spec.model };
      const stored = await deps.storedWindows.find(monitor, { by, slice, mostValues, ...selected });
      if (stored !== null) return { monitor: name, spec, ...stored };
      const shown = await readWindows(deps, { spec, selection, by, slice, mostValues });
      const inputs = await readInputNames(deps.predictions, selection, shown.windows);
      return { monitor: name, spec, knownAt, isStale: false, scoring: null, ...shown, inputs };
    }),
  ];
}
