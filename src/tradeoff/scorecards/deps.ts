import type { Budgets } from '../../finops/budgets/index.ts';
import type { Costs } from '../../finops/costs/index.ts';
import type { GpuUsage } from '../../finops/gpu-usage/index.ts';
import type { Monitoring } from '../../mlops/monitoring/index.ts';
import type { Registry } from '../../mlops/registry/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { Decisions } from '../decisions/index.ts';
import type { ProductionHealth } from '../production-health/index.ts';
import type { ReturnsNoun } from '../returns/index.ts';
import type { ServedRequests } from './measures/latency.ts';

/** Facts of both wings behind the six measures. */
export interface ScorecardDeps {
  readonly clock: Clock;
  readonly store: Store;
  readonly registry: Pick<Registry, 'page' | 'model' | 'metrics'>;
  readonly costs: Pick<Costs, 'dailyReach'>;
  readonly budgets: Pick<Budgets, 'subjects' | 'standing'>;
  readonly gpuUsage: Pick<GpuUsage, 'days'>;
  readonly monitoring: Pick<Monitoring, 'figures' | 'driftIn'>;
  /** Health of production, with the open alerts as judged on the running versions. */
  readonly health: Pick<ProductionHealth, 'read'>;
  readonly returns: Pick<ReturnsNoun, 'ofModels'>;
  readonly decisions: Pick<Decisions, 'latest'>;
  /** Requests of models at all endpoints in [start, end) Unix ms; models without a request are left out. */
  readonly served: (
    sql: Sql,
    question: { readonly models: readonly string[]; readonly start: number; readonly end: number },
  ) => Promise<ReadonlyMap<string, ServedRequests>>;
}
