import { AppError } from '../../../platform/errors/index.ts';
import { handle, type Route } from '../../../platform/http/index.ts';
import type { Store } from '../../../platform/store/index.ts';
import { findMonitors, noMonitor } from '../../monitors/index.ts';
import { listDriftWindows, showDriftColumn } from './schema.ts';
import { computeGeneration } from './service.ts';
import { findWindowByNumber, findWindowColumn, listWindows } from './store.ts';

export function driftWindowRoutes({ store }: { readonly store: Store }): Route[] {
  return [
    handle(listDriftWindows, async ({ params, query }) => {
      const { generation, ...facts } = await requireDriftWatch(store, params.monitor);
      return { ...facts, windows: await listWindows(store, generation, query) };
    }),
    handle(showDriftColumn, async ({ params, query: { window } }) => {
      const { generation, ...facts } = await requireDriftWatch(store, params.monitor);
      const found = await findWindowByNumber(
        store,
        generation,
        window === undefined ? null : parseWindowNumber(window, generation),
      );
      if (found === null) throw buildWindowNotFound(params.monitor, window);
      const column = await findWindowColumn(store, generation, found.number, params.column);
      if (column === null) {
        const detail = `The window ${found.facts.window} has no column "${params.column}".`;
        throw new AppError('drift_column_missing', detail, { column: params.column });
      }
      return { ...facts, ...found.facts, ...column };
    }),
  ];
}

async function requireDriftWatch(store: Store, name: string) {
  const [monitor] = await findMonitors(store, name);
  if (monitor === undefined) throw noMonitor(name);
  const { drift } = monitor.spec;
  if (drift === undefined) {
    const detail = `The monitor "${name}" has no drift: section. Add it (docs/monitoring.md) and apply the monitor.`;
    throw new AppError('monitor_without_drift', detail, { monitor: name });
  }
  const { method, level, over } = drift;
  return { monitor: name, method, level, over, generation: computeGeneration(monitor, drift) };
}

/** Number of a window of this generation; 0 for another generation, because its number means another window now. */
function parseWindowNumber(window: string, { generation }: { readonly generation: string }): number {
  const [named, number] = window.split('-');
  return named === generation ? Number(number) : 0;
}

function buildWindowNotFound(monitor: string, window: string | undefined): AppError {
  const detail =
    window === undefined
      ? `No window of the monitor "${monitor}" has been compared yet.`
      : `The monitor "${monitor}" has no window "${window}". A change of its drift: section starts a new series of windows.`;
  return new AppError('drift_window_not_found', detail, { monitor, ...(window === undefined ? {} : { window }) });
}
