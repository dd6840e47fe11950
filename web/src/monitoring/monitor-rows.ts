import type { Alert } from '../../../src/mlops/monitoring/alerts/schema.ts';
import type { Monitor, MonitorWindow } from '../../../src/mlops/monitors/schema.ts';
import type { DriftWindow } from '../../../src/mlops/quality/drift-windows/schema.ts';
import type { Money } from '../../../src/platform/units/schema.ts';
import type { ModelHealth } from '../../../src/tradeoff/production-health/schema.ts';
import { compareAmounts, compareNumbers, compareTexts } from '../table/comparators.ts';
import type { Comparators } from '../table/use-sorted.ts';
import { type Drifted, readDrifted } from './model-status.ts';
import { findLatest, moneyPerDay } from './words.ts';

/** A monitor with the figures of its row; undefined where they are not loaded yet. */
export interface MonitorRow {
  readonly name: string;
  readonly model: string;
  readonly spec: Monitor['spec'];
  readonly health: ModelHealth | undefined;
  readonly latest: MonitorWindow | undefined;
  readonly isLoaded: boolean;
  /** Quality by day of the last two weeks. */
  readonly course: readonly (number | null)[];
  readonly drifted: Drifted | null;
  /** Estimated loss per day of alerts that the running version has; null: none, or unknown. */
  readonly loss: Money | null;
  /** The same of alerts of earlier versions. */
  readonly lossBefore: Money | null;
}

interface MonitorFigures {
  readonly health: readonly ModelHealth[] | undefined;
  readonly open: readonly Alert[];
  readonly windows: ReadonlyMap<string, readonly MonitorWindow[]>;
  readonly drift: ReadonlyMap<string, readonly DriftWindow[]>;
}

export function toMonitorRow({ monitor, spec }: Monitor, { health, open, windows, drift }: MonitorFigures): MonitorRow {
  const own = health?.find((one) => one.monitor === monitor);
  const days = windows.get(monitor);
  const metric = own?.quality?.metric;
  const running = new Set(own?.alerts.flatMap(({ episode, standing }) => (standing === 'open' ? [episode] : [])) ?? []);
  const alerts = open.filter((alert) => alert.monitor === monitor);
  return {
    ...{ name: monitor, model: spec.model, spec, health: own },
    latest: findLatest(days ?? []),
    isLoaded: days !== undefined,
    course: (days ?? []).map(
      ({ shown }) => shown.find((one) => metric === undefined || one.metric === metric)?.value ?? null,
    ),
    drifted: readDrifted(drift.get(monitor) ?? [], own?.running.map(({ version }) => version) ?? []),
    loss: moneyPerDay(alerts.filter(({ episode }) => running.has(episode))),
    lossBefore: moneyPerDay(alerts.filter(({ episode }) => !running.has(episode))),
  };
}

const STATUS = { unhealthy: 0, degraded: 1, unknown: 2, healthy: 3 } as const;

export const COMPARE_MONITORS: Comparators<MonitorRow> = {
  monitor: (a, b) => a.name.localeCompare(b.name),
  status: (a, b) => STATUS[a.health?.status ?? 'unknown'] - STATUS[b.health?.status ?? 'unknown'],
  quality: compareNumbers((a) => a.health?.quality?.value),
  drifted: compareNumbers((a) => a.drifted?.drifted),
  predictions: compareNumbers((a) => a.latest?.predictions),
  labelled: compareNumbers((a) => a.latest?.completeness),
  running: compareTexts((a) => a.health?.running[0]?.version),
  course: compareNumbers((a) => a.course.at(-1)),
  loss: compareAmounts((a) => a.loss?.amount),
};
