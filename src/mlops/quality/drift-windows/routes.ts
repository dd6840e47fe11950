import { AppError } from '../../../platform/errors/index.ts';
import { handle, type Route } from '../../../platform/http/index.ts';
import type { Store } from '../../../platform/store/index.ts';
import { findMonitors, noMonitor } from '../../monitors/index.ts';
import { listDriftWindows, showDriftColumn } from './schema.ts';
import { generationOf } from './service.ts';
import { columnOfWindow, windowNumbered, windowsOf } from './store.ts';

export function driftWindowRoutes({ store }: { readonly store: Store }): Route[] {
  return [
    handle(listDriftWindows, async ({ params, query }) => {
      const { generation, ...facts } = await watchedBy(store, params.monitor);
      return { ...facts, windows: await windowsOf(store, generation, query) };
    }),
    handle(showDriftColumn, async ({ params, query: { window } }) => {
      const { generation, ...facts } = await watchedBy(store, params.monitor);
      const found = await windowNumbered(store, generation, window === undefined ? null : numberOf(window, generation));
      if (found === null) throw noWindow(params.monitor, window);
      const column = await columnOfWindow(store, generation, found.number, params.column);
      if (column === null) {
        const detail = `The window ${found.facts.window} has no column "${params.column}".`;
        throw new AppError('drift_column_missing', detail, { column: params.column });
      }
      return { ...facts, ...found.facts, ...column };
    }),
  ];
}

async function watchedBy(store: Store, name: string) {
  const [monitor] = await findMonitors(store, name);
  if (monitor === undefined) throw noMonitor(name);
  const { drift } = monitor.spec;
  if (drift === undefined) {
    const detail = `The monitor "${name}" has no drift: section. Add it (docs/monitoring.md) and apply the monitor.`;
    throw new AppError('monitor_without_drift', detail, { monitor: name });
  }
  const { method, level, over } = drift;
  return { monitor: name, method, level, over, generation: generationOf(monitor, drift) };
}

/** Number of a window of this generation; 0 for another generation, because its number means another window now. */
function numberOf(window: string, { generation }: { readonly generation: string }): number {
  const [named, number] = window.split('-');
  return named === generation ? Number(number) : 0;
}

function noWindow(monitor: string, window: string | undefined): AppError {
  const detail =
    window === undefined
      ? `No window of the monitor "${monitor}" has been compared yet.`
      : `The monitor "${monitor}" has no window "${window}". A change of its drift: section starts a new series of windows.`;
  return new AppError('drift_window_not_found', detail, { monitor, ...(window === undefined ? {} : { window }) });
}
