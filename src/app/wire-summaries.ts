import { readEndpointRequests, readServedModels } from '../mlops/gateway/index.ts';
import type { Monitoring } from '../mlops/monitoring/index.ts';
import { findMonitors } from '../mlops/monitors/index.ts';
import { listLiveEndpoints } from '../mlops/serving/index.ts';
import type { Org } from '../org/index.ts';
import { findActiveAccount } from '../platform/auth/index.ts';
import { EVERYTHING, LOCAL, type ReadAs } from '../platform/http/index.ts';
import type { createTelling } from '../platform/notices/index.ts';
import type { Sql } from '../platform/store/index.ts';
import { isPagePath } from '../platform/web/index.ts';
import { createAttention } from '../tradeoff/attention/index.ts';
import { createReportOwners } from '../tradeoff/bridges/index.ts';
import { findModelPolicies } from '../tradeoff/gates/index.ts';
import { createProductionHealth, type ProductionHealth } from '../tradeoff/production-health/index.ts';
import { createReports } from '../tradeoff/reports/index.ts';
import { createScorecards } from '../tradeoff/scorecards/index.ts';
import { createViewSchedules, removeSchedule } from '../tradeoff/view-schedules/index.ts';
import { createViews } from '../tradeoff/views/index.ts';
import type { Infrastructure } from './infrastructure.ts';
import type { wireFinops } from './wire-finops.ts';
import type { wireGpus } from './wire-gpus.ts';
import type { wireMlops } from './wire-mlops.ts';
import type { wireTradeoff } from './wire-tradeoff.ts';

export interface SummaryDeps {
  readonly org: Org;
  readonly notices: ReturnType<typeof createTelling>;
  readonly finops: Pick<ReturnType<typeof wireFinops>, 'costs' | 'budgets'>;
  readonly gpus: Pick<ReturnType<typeof wireGpus>, 'gpuUsage'>;
  readonly mlops: Pick<ReturnType<typeof wireMlops>, 'registry' | 'tracking'>;
  readonly tradeoff: Pick<ReturnType<typeof wireTradeoff>, 'returns' | 'decisions'>;
  readonly monitoring: Monitoring;
  /** Answers of the server's own endpoints. */
  readonly readAs: ReadAs;
}

/** Nouns that show both wings: reports, attention, health of production, scorecards of models, and saved views. */
export function wireSummaries(infrastructure: Infrastructure, deps: SummaryDeps) {
  const { clock, log, store, jobs } = infrastructure;
  const { org, notices, finops, mlops, readAs } = deps;
  const { mail, rules, publicUrl } = notices;
  const owners = createReportOwners({ store, org, registry: mlops.registry, tracking: mlops.tracking });
  const health = wireHealth(infrastructure, deps);
  return {
    health,
    // Documents, which only accounts with the scope platform.apply may apply, say to which team a report is sent.
    reports: createReports({
      ...{ clock, log, store, jobs, mail, rules, publicUrl, read: readAs(LOCAL), readAs, owners },
    }),
    attention: createAttention({ clock, readAs, owners, budgetStamp: () => finops.budgets.stamp(store) }),
    scorecards: wireScorecards(infrastructure, { ...deps, health }),
    ...wireViews(infrastructure, deps, owners),
  };
}

/** Saved views and their schedules. */
function wireViews(
  { config, clock, log, store, jobs, findVisible }: Infrastructure,
  { org, notices, readAs }: SummaryDeps,
  owners: ReturnType<typeof createReportOwners>,
) {
  const viewDeps = { store, clock, teamsOf: org.teamsOf, hasTeam: org.hasTeam, isPage: isPagePath };
  const views = createViews({ ...viewDeps, viewDeleted: removeSchedule });
  const findOwner = async (sql: Sql, name: string) => {
    const found = await findActiveAccount(sql, name);
    if (found !== null) return { ...found, visible: await findVisible(found) };
    // Commands on the machine of the server are `local`, as everybody is without accounts.
    if (config.accounts === 'off') return { name, role: null, scopes: null, visible: EVERYTHING };
    return name === LOCAL.name ? { name, role: 'admin', scopes: null, visible: EVERYTHING } : null;
  };
  const { publicUrl } = notices;
  return {
    views,
    viewSchedules: createViewSchedules({
      ...{ store, clock, log, jobs, readAs, publicUrl },
      ...{ views, findOwner, owners },
    }),
  };
}

/** Health of production, from serving, monitoring and the policies of models. */
function wireHealth({ store, clock }: Infrastructure, { org, mlops: { registry }, monitoring }: SummaryDeps) {
  return createProductionHealth({
    ...{ store, clock, readMonitoring: monitoring.health },
    listEndpoints: listLiveEndpoints,
    readRequests: readEndpointRequests,
    listMonitors: (sql) => findMonitors(sql),
    teamOfProject: async (sql, project) => (await org.withTeam(sql, { project })).team ?? null,
    teamOfModel: async (sql, model) => (await registry.ownerOf(sql, model))?.team ?? null,
    listPolicySlos: async (sql, model) =>
      (await findModelPolicies(sql, model)).map(({ name, spec }) => ({ policy: name, ...spec.slo })),
  });
}

/** Scorecards of models, of the facts of both wings. */
function wireScorecards(
  { clock, store }: Infrastructure,
  {
    finops: { costs, budgets },
    gpus: { gpuUsage },
    mlops: { registry },
    tradeoff: { returns, decisions },
    monitoring,
    health,
  }: SummaryDeps & { readonly health: ProductionHealth },
) {
  return createScorecards({
    ...{ clock, store, registry, costs, budgets, gpuUsage, monitoring, health, returns, decisions },
    served: readServedModels,
  });
}
