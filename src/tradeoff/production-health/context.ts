import type { EndpointRequests } from '../../mlops/gateway/index.ts';
import type { MonitorHealth } from '../../mlops/monitoring/index.ts';
import type { Monitor } from '../../mlops/monitors/schema.ts';
import type { LiveEndpoint } from '../../mlops/serving/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import type { Clock } from '../../platform/units/index.ts';

/** Facts of serving and monitoring that the judgement needs. */
export interface ProductionHealthDeps {
  readonly store: Store;
  readonly clock: Pick<Clock, 'now'>;
  readonly listEndpoints: (sql: Sql) => Promise<readonly LiveEndpoint[]>;
  readonly readRequests: (
    sql: Sql,
    within: { readonly start: number; readonly end: number; readonly unit: 'minute' | 'hour' },
  ) => Promise<readonly EndpointRequests[]>;
  readonly listMonitors: (sql: Sql) => Promise<readonly Monitor[]>;
  /** Facts of monitoring as known now. */
  readonly readMonitoring: () => MonitorHealth;
  /** Team of a project; null: unknown. */
  readonly teamOfProject: (sql: Sql, project: string) => Promise<string | null>;
  /** Team of a registered model; null: unknown. */
  readonly teamOfModel: (sql: Sql, model: string) => Promise<string | null>;
  /** Service levels that the policies of a model state. */
  readonly listPolicySlos: (
    sql: Sql,
    model: string,
  ) => Promise<
    readonly {
      readonly policy: string;
      readonly latencyP95Ms?: number | undefined;
      readonly errorRate?: number | undefined;
    }[]
  >;
}
