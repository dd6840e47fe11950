import type { Route } from '../../platform/http/index.ts';
import { type StatementsDeps, statementRoutes } from './routes.ts';

export { statementMigrations } from './migrations.ts';
export type { StatementsDeps } from './routes.ts';

/**
 * What each team pays for a month: showback as a live view, chargeback as issued statements that never change. The statements
 * of a month and what no team pays add up to the bill (DESIGN law 1).
 */
export interface Statements {
  readonly routes: readonly Route[];
}

export function createStatements(deps: StatementsDeps): Statements {
  return { routes: statementRoutes(deps) };
}
