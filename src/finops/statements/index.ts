import type { Route } from '../../platform/http/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { createStatementRoutes, type StatementsDeps } from './routes.ts';
import { findStatementsOnDeliveries } from './store.ts';

export { statementMigrations } from './migrations.ts';
export type { StatementsDeps } from './routes.ts';

/**
 * Cost of each team for a month: showback as a live view, chargeback as issued statements that never change. The
 * statements of a month, including the unallocated statement, add up to the bill (DESIGN law 1).
 */
export interface Statements {
  readonly routes: readonly Route[];
  /** Issued statements that cannot be recomputed without these deliveries, one sentence each. */
  naming(sql: Sql, deliveries: ReadonlySet<string>): Promise<string[]>;
}

export function createStatements(deps: StatementsDeps): Statements {
  return {
    routes: createStatementRoutes(deps),
    naming: async (sql, deliveries) =>
      (await findStatementsOnDeliveries(sql, deliveries)).map(
        ({ number, period }) =>
          `statement ${number} of ${period} cannot be computed again from its rows; it stays as it was issued`,
      ),
  };
}
