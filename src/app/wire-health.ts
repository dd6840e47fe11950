import { readEndpointRequests } from '../mlops/gateway/index.ts';
import type { Monitoring } from '../mlops/monitoring/index.ts';
import { findMonitors } from '../mlops/monitors/index.ts';
import type { Registry } from '../mlops/registry/index.ts';
import { listLiveEndpoints } from '../mlops/serving/index.ts';
import type { Org } from '../org/index.ts';
import { findModelPolicies } from '../tradeoff/gates/index.ts';
import { createProductionHealth } from '../tradeoff/production-health/index.ts';
import type { Infrastructure } from './infrastructure.ts';

export interface HealthDeps {
  readonly org: Pick<Org, 'withTeam'>;
  readonly registry: Pick<Registry, 'ownerOf'>;
  readonly monitoring: Pick<Monitoring, 'health'>;
}

/** Health of production, from serving, monitoring and the policies of models. */
export function wireHealth({ store, clock }: Infrastructure, { org, registry, monitoring }: HealthDeps) {
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
