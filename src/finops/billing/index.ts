import type { Route } from '../../platform/http/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { billingRoutes } from './routes.ts';
import { type BillingDeps, createImporter } from './service.ts';
import { currentUnits, findDelivery } from './store.ts';

export { billRows } from './bill-rows.ts';
export { billDimension } from './dimensions.ts';
export { camelCaseOf, focusColumnNames, focusColumns } from './focus-columns.ts';
export { billingMigrations } from './migrations.ts';
export type { BillDerivation, BillDeriver, BillingDeps } from './service.ts';

/** Which delivery stands for which unit now. */
export interface CurrentUnit {
  /** Lake partition of the unit. */
  readonly partition: string;
  readonly source: string;
  /** YYYY-MM */
  readonly period: string;
  readonly delivery: string;
}

/** Bills in: files become canonical FOCUS rows by the replacement law. */
export interface Billing {
  /** Current units by period, then source. */
  currentUnits(sql: Sql): Promise<CurrentUnit[]>;
  /** Rows of a delivery that were left out as not acceptable; 0 for an unknown delivery. */
  rejectedRows(sql: Sql, delivery: string): Promise<number>;
  readonly routes: readonly Route[];
}

export function createBilling(deps: BillingDeps): Billing {
  return {
    currentUnits,
    rejectedRows: async (sql, delivery) => (await findDelivery(sql, delivery))?.rejectedRows ?? 0,
    routes: billingRoutes(deps.store, createImporter(deps)),
  };
}
