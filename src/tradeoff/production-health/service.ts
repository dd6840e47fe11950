import type { EndpointRequests } from '../../mlops/gateway/index.ts';
import type { Monitor } from '../../mlops/monitors/schema.ts';
import type { LiveEndpoint } from '../../mlops/serving/index.ts';
import type { QueryOf, ResponseOf } from '../../platform/contract/schema.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../platform/units/durations.ts';
import type { ProductionHealthDeps } from './context.ts';
import { gatherModels, type ModelFacts } from './gather-models.ts';
import { compareStatuses, judgeEndpoint, judgeModel } from './judge-status.ts';
import { readQualityTrend } from './quality-trend.ts';
import type { EndpointHealth, getProductionHealth } from './schema.ts';
import { judgeSlo, type ModelSlo } from './slos.ts';
import { summarizeHealth } from './summarize.ts';

/**
 * Health of production at this time. `only`: teams whose endpoints and models a limited caller may read; the others are left out before
 * anything is judged. Null: all.
 */
export async function readProductionHealth(
  deps: ProductionHealthDeps,
  { team }: QueryOf<typeof getProductionHealth>,
  only: readonly string[] | null = null,
): Promise<ResponseOf<typeof getProductionHealth>> {
  const { store } = deps;
  const now = deps.clock.now();
  const known = { clock: deps.clock, monitoring: deps.readMonitoring() };
  const ofProject = async (project: string | null) => (project === null ? null : deps.teamOfProject(store, project));
  const ofModel = (model: string) => deps.teamOfModel(store, model);
  const live = await selectOwn(only, await deps.listEndpoints(store), ({ project }) => ofProject(project));
  const monitors = await selectOwn(only, await deps.listMonitors(store), ({ spec }) => ofModel(spec.model));
  const [gathered, requests] = await Promise.all([gatherModels(known, monitors, live), readWindows(deps, now)]);
  const facts = await selectOwn(only, gathered, ({ model }) => ofModel(model));
  const slos = await readSlos(
    deps,
    monitors,
    facts.map(({ model }) => model),
  );
  const judged = live.map((one) => toEndpointHealth(one, { facts, requests, slos }));
  const endpoints = await Promise.all(
    judged.map(async ({ own: _, ...one }) => {
      return { ...one, team: await ofProject(one.project) };
    }),
  );
  const models = await Promise.all(
    facts.map(async (one) => {
      const isServing = ({ versions }: EndpointHealth) => versions.some(({ model }) => model === one.model);
      const serving = endpoints.flatMap((endpoint, at) =>
        isServing(endpoint) ? [{ ...endpoint, ...judged[at]?.own }] : [],
      );
      const owner = (await deps.teamOfModel(store, one.model)) ?? serving[0]?.team ?? null;
      return { ...one, team: owner, ...judgeModel({ ...one, endpoints: serving }) };
    }),
  );
  const isAsked = (of: { readonly team: string | null }) => team === undefined || of.team === team;
  const shown = { endpoints: sortByStatus(endpoints.filter(isAsked)), models: sortByStatus(models.filter(isAsked)) };
  const qualityTrend = await readQualityTrend(known, monitors, shown.models);
  return {
    knownAt: new Date(now).toISOString(),
    ...summarizeHealth(shown.endpoints, shown.models),
    qualityTrend,
    ...shown,
  };
}

async function selectOwn<T>(
  only: readonly string[] | null,
  things: readonly T[],
  findTeam: (thing: T) => Promise<string | null>,
): Promise<readonly T[]> {
  if (only === null) return things;
  const teams = await Promise.all(things.map(findTeam));
  return things.filter((_, at) => only.includes(teams[at] ?? ''));
}

function sortByStatus<T extends Pick<EndpointHealth, 'status'>>(all: readonly T[]): T[] {
  return all.toSorted((one, other) => compareStatuses(one.status, other.status));
}

interface RequestWindows {
  readonly hour: readonly EndpointRequests[];
  readonly day: readonly EndpointRequests[];
}

async function readWindows({ readRequests, store }: ProductionHealthDeps, now: number): Promise<RequestWindows> {
  const end = Math.floor(now / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
  return {
    hour: await readRequests(store, { start: end - HOUR_MS, end, unit: 'minute' }),
    day: await readRequests(store, { start: Math.floor((now - DAY_MS) / HOUR_MS) * HOUR_MS, end, unit: 'hour' }),
  };
}

/** SLOs by model: of the alerts of its monitor and of its policies. */
async function readSlos(
  { listPolicySlos, store }: ProductionHealthDeps,
  monitors: readonly Monitor[],
  models: readonly string[],
) {
  const slos = new Map<string, ModelSlo[]>();
  for (const model of models) {
    const ofPolicies = (await listPolicySlos(store, model)).flatMap(toPolicySlos);
    slos.set(model, [...monitors.filter(({ spec }) => spec.model === model).flatMap(toMonitorSlos), ...ofPolicies]);
  }
  return slos;
}

function toMonitorSlos({ monitor, spec }: Monitor): ModelSlo[] {
  return spec.alerts.flatMap((rule): ModelSlo[] => {
    const source = `alert ${rule.name} of monitor ${monitor}`;
    if (rule.on === 'latency') return [{ kind: 'latency', source, limitMs: rule.withinMs, objective: rule.objective }];
    return rule.on === 'errors' ? [{ kind: 'errors', source, limitMs: null, objective: rule.objective }] : [];
  });
}

/** A 95th percentile allows 5 % of the answers to be slower. */
const P95 = 0.95;

function toPolicySlos({
  policy,
  latencyP95Ms,
  errorRate,
}: Awaited<ReturnType<ProductionHealthDeps['listPolicySlos']>>[number]): ModelSlo[] {
  const source = `policy ${policy}`;
  return [
    ...(latencyP95Ms === undefined
      ? []
      : [{ kind: 'latency' as const, source, limitMs: latencyP95Ms, objective: P95 }]),
    ...(errorRate === undefined ? [] : [{ kind: 'errors' as const, source, limitMs: null, objective: 1 - errorRate }]),
  ];
}

interface Gathered {
  readonly facts: readonly ModelFacts[];
  readonly requests: RequestWindows;
  readonly slos: ReadonlyMap<string, readonly ModelSlo[]>;
}

interface JudgedEndpoint extends Omit<EndpointHealth, 'team'> {
  /** The same without the alerts of its models. */
  readonly own: Pick<EndpointHealth, 'status' | 'reasons'>;
}

function toEndpointHealth(
  { endpoint, state, failure, project, environment, versions }: LiveEndpoint,
  { facts, requests, slos: stated }: Gathered,
): JudgedEndpoint {
  const ofEndpoint = (one: EndpointRequests) => one.endpoint === endpoint;
  const [hour, day] = [requests.hour.filter(ofEndpoint), requests.day.filter(ofEndpoint)];
  const models = [...new Set(versions.map(({ model }) => model))];
  const running = day.filter((one) =>
    versions.some(({ model, version }) => model === one.model && version === one.version),
  );
  const slos = models.flatMap((model) =>
    (stated.get(model) ?? []).map((slo) =>
      judgeSlo(
        model,
        slo,
        running.filter((one) => one.model === model),
      ),
    ),
  );
  const alerts = facts.filter(({ model }) => models.includes(model)).flatMap((one) => one.alerts);
  const [lastHour, lastDay] = [sumRequests(hour), sumRequests(day)];
  const known = { state, failure, isServing: versions.length > 0, lastHour, lastDay, slos };
  const judged = judgeEndpoint({ ...known, alerts });
  return {
    own: judgeEndpoint({ ...known, alerts: [] }),
    ...{ endpoint, project, environment, ...judged, versions: [...versions], lastHour, lastDay, slos },
    latencyMs: readLatency(running),
    alerts: alerts.map(({ episode }) => episode),
  };
}

function sumRequests(of: readonly EndpointRequests[]): EndpointHealth['lastHour'] {
  const requests = of.reduce((sum, one) => sum + one.requests, 0);
  const errors = of.reduce((sum, one) => sum + one.errors, 0);
  return { requests, errors, errorRatio: requests === 0 ? null : errors / requests };
}

/** Latency of the versions that answer; of several, of the one with the most answers. */
function readLatency(running: readonly EndpointRequests[]): EndpointHealth['latencyMs'] {
  const [most] = running.toSorted((one, other) => other.answers - one.answers);
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => most?.quantile(share) ?? null);
  if (p50 == null || p95 == null || p99 == null) return null;
  return { p50, p95, p99 };
}
