import type { MonitorHealth } from '../../mlops/monitoring/index.ts';
import type { Monitor } from '../../mlops/monitors/schema.ts';
import type { LiveEndpoint } from '../../mlops/serving/index.ts';
import { DAY_MS } from '../../platform/units/durations.ts';
import type { ProductionHealthDeps } from './context.ts';
import { judgeAlert } from './judge-alert.ts';
import type { ModelHealth, ProductionAlert } from './schema.ts';

/** A model with the facts from which its status follows. */
export type ModelFacts = Omit<ModelHealth, 'status' | 'reasons' | 'team'>;

export type GatherDeps = Pick<ProductionHealthDeps, 'clock'> & { readonly monitoring: MonitorHealth };

/** Predictions of a running version count at most this long. */
const MOST_DAYS = 30;

/** Open alerts by monitor, as known at the start of a request. */
type OpenAlerts = Awaited<ReturnType<MonitorHealth['openAlerts']>>;

/** Served and monitored models with the running versions, their quality and judged alerts. */
export async function gatherModels(
  deps: GatherDeps,
  monitors: readonly Monitor[],
  endpoints: readonly LiveEndpoint[],
): Promise<ModelFacts[]> {
  const open = await deps.monitoring.openAlerts();
  const served = endpoints.flatMap(({ versions }) => versions.map(({ model }) => model));
  const models = [...new Set([...served, ...monitors.map(({ spec }) => spec.model)])].toSorted();
  return Promise.all(
    models.map((model) => {
      const monitor = monitors.find(({ spec }) => spec.model === model) ?? null;
      return gatherModel(deps, { model, monitor, endpoints, open });
    }),
  );
}

interface ModelQuestion {
  readonly model: string;
  readonly monitor: Monitor | null;
  readonly endpoints: readonly LiveEndpoint[];
  readonly open: OpenAlerts;
}

async function gatherModel(deps: GatherDeps, { model, monitor, endpoints, open }: ModelQuestion): Promise<ModelFacts> {
  const served = listServed(model, endpoints);
  if (monitor === null) return { model, monitor: null, running: served, quality: null, alerts: [] };
  const running = served.length > 0 ? served : await findLogged(deps, monitor);
  const own = open.filter((alert) => alert.monitor === monitor.monitor);
  const [quality, alerts] = await Promise.all([
    readQuality(deps, monitor, running),
    Promise.all(own.map((alert) => judgeOpenAlert(deps, monitor, alert, running))),
  ]);
  return { model, monitor: monitor.monitor, running, quality, alerts };
}

/** Versions of a model at its endpoints; `since` is the earliest. */
function listServed(model: string, endpoints: readonly LiveEndpoint[]): ModelFacts['running'] {
  const live = endpoints.flatMap(({ endpoint, versions }) =>
    versions.filter((one) => one.model === model).map((one) => ({ ...one, endpoint })),
  );
  return [...Map.groupBy(live, ({ version }) => version)].map(([version, group]) => ({
    version,
    since: group.flatMap(({ since }) => since ?? []).toSorted()[0] ?? null,
    endpoints: [...new Set(group.map(({ endpoint }) => endpoint))],
  }));
}

/** The version of the latest prediction, where no endpoint serves the model. */
async function findLogged({ monitoring }: GatherDeps, monitor: Monitor): Promise<ModelFacts['running']> {
  const [latest] = await monitoring.versions(monitor, {});
  if (latest === undefined || latest.version === null) return [];
  return [{ version: latest.version, since: latest.first, endpoints: [] }];
}

async function judgeOpenAlert(
  { monitoring, clock }: GatherDeps,
  monitor: Monitor,
  alert: OpenAlerts[number],
  running: ModelFacts['running'],
): Promise<ProductionAlert> {
  const rule = monitor.spec.alerts.find(({ name }) => name === alert.alert);
  const [answeredBy, looks] = await Promise.all([
    readAnswering(monitoring, monitor, alert),
    Promise.all(
      running.map(async ({ version, since }) => {
        const look =
          rule === undefined
            ? { level: 'unknown' as const, reason: 'The monitor no longer has the alert.', has: null, needs: null }
            : await monitoring.look(monitor, rule, { version, start: computeStart(clock.now(), since) });
        return { version, since, look };
      }),
    ),
  ]);
  const { mute } = alert;
  const mutedUntil = mute !== null && Date.parse(mute.until) > clock.now() ? mute.until : null;
  return judgeAlert({ alert, answeredBy, mutedUntil, running: looks });
}

/** Versions that answered in the window of an alert. */
async function readAnswering(
  monitoring: MonitorHealth,
  monitor: Monitor,
  { version: stated, window }: OpenAlerts[number],
): Promise<ProductionAlert['answeredBy']> {
  if (stated !== null) return [{ version: stated, predictions: null }];
  const counted = await monitoring.versions(monitor, window);
  return counted.map(({ version, predictions }) => ({ version, predictions }));
}

async function readQuality(
  { monitoring, clock }: GatherDeps,
  monitor: Monitor,
  running: ModelFacts['running'],
): Promise<ModelHealth['quality']> {
  const [version] = running.toSorted((one, other) => (other.since ?? '').localeCompare(one.since ?? ''));
  if (version === undefined || monitor.spec.quality === undefined) return null;
  const start = computeStart(clock.now(), version.since);
  const window = await monitoring.window(monitor, { modelVersion: version.version, start });
  const metric = monitor.spec.alerts.flatMap((rule) => ('metric' in rule ? [rule.metric] : []))[0];
  const shown = window?.shown.find((one) => metric === undefined || one.metric === metric);
  if (shown === undefined || shown.value === null) return null;
  const { lower, upper, sampleSize, estimated } = shown;
  const period = { start, end: new Date(clock.now()).toISOString() };
  return {
    ...{ metric: shown.metric, version: version.version, period, value: shown.value },
    ...{ lower, upper, predictions: sampleSize, estimated },
  };
}

function computeStart(now: number, since: string | null): string {
  const earliest = new Date(now - MOST_DAYS * DAY_MS).toISOString();
  return since === null || since < earliest ? earliest : since;
}
