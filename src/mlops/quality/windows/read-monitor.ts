import { quoteLiteral } from '../../../platform/lake/index.ts';
import type { Clock } from '../../../platform/units/index.ts';
import type { Monitor, MonitorWindow } from '../../monitors/schema.ts';
import { buildConditions, type Selection } from '../../predictions/index.ts';
import type { StoredWindows } from './stored-windows.ts';
import { countVersionsOf, type VersionCount } from './version-counts.ts';
import { readWindows, type Tables } from './windows.ts';

type PredictionSelection = Omit<Selection, 'model' | 'knownAt'>;

/**
 * Figures of a monitor from its stored windows and rows, and from the log where those are missing or too old. `since`: rows that arrived
 * later may be missing, as `performance.now()`; left out: now. Questions of one answer that state the same instant share one scoring of the log.
 */
export interface MonitorReader {
  /** Figures of the selected predictions as one window; null: there are no predictions, or a large log is scored for the first time. */
  window(monitor: Monitor, selection: PredictionSelection, since?: number): Promise<MonitorWindow | null>;
  /** Figures of each UTC day from `start` on that has predictions; none while they are not stored. */
  days(monitor: Monitor, start: string, since?: number): Promise<readonly MonitorWindow[]>;
  /** Predictions in [start, end) by model version, the one with the latest prediction first; none while a large log is scored for the first time. */
  versions(
    monitor: Monitor,
    period: Pick<Selection, 'start' | 'end'>,
    since?: number,
  ): Promise<readonly VersionCount[]>;
}

interface ReaderDeps extends Tables {
  readonly clock: Clock;
  readonly storedWindows: Pick<StoredWindows, 'findFigures' | 'countVersions' | 'isScoring'>;
}

export function createMonitorReader({ clock, storedWindows, ...tables }: ReaderDeps): MonitorReader {
  return {
    async window(monitor, selected, since) {
      const stored = await storedWindows.findFigures(monitor, { by: 'all', ...selected }, since);
      if (stored !== null) return findFilled(stored);
      const { spec } = monitor;
      const selection = { ...selected, model: spec.model, knownAt: new Date(clock.now()).toISOString() };
      return findFilled((await readWindows(tables, { spec, selection, by: 'all' })).windows);
    },
    async days(monitor, start, since) {
      const stored = await storedWindows.findFigures(monitor, { by: 'day', start }, since);
      return (stored ?? []).filter(({ predictions }) => predictions > 0);
    },
    async versions(monitor, period, since) {
      const stored = await storedWindows.countVersions(monitor, period, since);
      if (stored !== null) return stored;
      if (await storedWindows.isScoring(monitor)) return [];
      const selection = { ...period, model: monitor.spec.model };
      const where = [`model = ${quoteLiteral(selection.model)}`, ...buildConditions(selection)].join(' AND ');
      return tables.predictions.read(
        (relation, session) =>
          countVersionsOf(
            session,
            `(SELECT min(modelVersion) AS modelVersion, min(predictedAt) AS predictedAt FROM ${relation} WHERE ${where} GROUP BY prediction)`,
          ),
        { from: period.start, to: period.end },
      );
    },
  };
}

function findFilled(windows: readonly MonitorWindow[]): MonitorWindow | null {
  return windows.find(({ predictions }) => predictions > 0) ?? null;
}
