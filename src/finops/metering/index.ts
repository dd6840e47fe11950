import type { Subject } from '../../org/schema.ts';
import type { Events } from '../../platform/events/index.ts';
import type { Route } from '../../platform/http/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { meteringRoutes } from './routes.ts';
import { usageOfRun } from './run-usage.ts';
import {
  type MeteredTotalWithBooks,
  type MeteredUsage,
  type MeteringDeps,
  priceUsage,
  record,
  totalOf,
} from './service.ts';
import { findUsage, usageFingerprint } from './store.ts';

export { meteringMigrations } from './migrations.ts';
export { costPerThousand, type MeteredTotalWithBooks, type MeteredUsage } from './service.ts';

/** Usage intervals times the price book: what something costs, as it happens. */
export interface Metering {
  /** Metered cost of everything whose subject has the given fields; clipped to [start, end) Unix ms when given. */
  total(sql: Sql, subject: Subject, within?: { start: number; end: number }): Promise<MeteredTotalWithBooks>;
  /** Intervals that touch [start, end) Unix ms, whole, each with its cost by the price book. */
  within(sql: Sql, within: { start: number; end: number }): Promise<MeteredUsage[]>;
  /** Changes whenever an interval that touches [start, end) Unix ms is recorded, or recorded anew. */
  fingerprint(sql: Sql, within: { start: number; end: number }): Promise<string>;
  /** Turns what runs report of their GPUs into usage intervals. */
  listen(events: Pick<Events, 'subscribe'>): void;
  readonly routes: readonly Route[];
}

export function createMetering(deps: MeteringDeps): Metering {
  return {
    total: (sql, subject, within) => totalOf(deps, sql, subject, within),
    within: async (sql, within) => priceUsage(deps, sql, await findUsage(sql, { subject: {}, within })),
    fingerprint: usageFingerprint,
    listen(events) {
      events.subscribe('metering', ['run.usage_observed'], async (event) => {
        const usage = usageOfRun(event);
        if (usage !== null) await deps.store.transaction((sql) => record(deps, sql, [usage]));
      });
    },
    routes: meteringRoutes(deps),
  };
}
