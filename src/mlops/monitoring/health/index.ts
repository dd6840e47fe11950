import type { AlertRule, Monitor } from '../../monitors/schema.ts';
import type { MonitorReader } from '../../quality/index.ts';
import type { Alert } from '../alerts/schema.ts';
import { listEpisodes } from '../alerts/store.ts';
import { lookAtVersion, type VersionLook, type VersionLookDeps, type VersionSince } from './version-look.ts';

export type { VersionLook, VersionSince } from './version-look.ts';

/** Facts of monitored models for the judgement of production. Repeated questions are read once. */
export interface MonitorHealth extends MonitorReader {
  /** Open episodes of all monitors, the latest first; at most 1,000. */
  openAlerts(): Promise<Alert[]>;
  /** The condition of an alert on the predictions of one version alone. */
  look(monitor: Monitor, rule: AlertRule, since: VersionSince): Promise<VersionLook>;
}

const MOST_OPEN = 1_000;

/** The facts for one judgement, as known now. */
export function readMonitorHealth(deps: VersionLookDeps): MonitorHealth {
  const reader = createReadOnce(deps.reader);
  return {
    ...reader,
    openAlerts: () => listEpisodes(deps.store, { open: 'true', owners: null, limit: MOST_OPEN, after: null }),
    look: (monitor, rule, since) => lookAtVersion({ ...deps, reader }, monitor, rule, since),
  };
}

function createReadOnce(reader: MonitorReader): MonitorReader {
  const since = performance.now();
  const windows = new Map<string, ReturnType<MonitorReader['window']>>();
  const days = new Map<string, ReturnType<MonitorReader['days']>>();
  const versions = new Map<string, ReturnType<MonitorReader['versions']>>();
  return {
    window: ({ monitor, spec }, selection) =>
      remember(windows, [monitor, selection], () => reader.window({ monitor, spec }, selection, since)),
    days: ({ monitor, spec }, start) =>
      remember(days, [monitor, start], () => reader.days({ monitor, spec }, start, since)),
    versions: ({ monitor, spec }, period) =>
      remember(versions, [monitor, period], () => reader.versions({ monitor, spec }, period, since)),
  };
}

function remember<T>(kept: Map<string, T>, question: readonly unknown[], read: () => T): T {
  const key = JSON.stringify(question);
  const found = kept.get(key) ?? read();
  kept.set(key, found);
  return found;
}
