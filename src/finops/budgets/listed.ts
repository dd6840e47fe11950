import type { Org } from '../../org/index.ts';
import { findRoutes, isMatch } from '../../platform/notification-routes/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import type { Costs } from '../costs/index.ts';
import { findNotices } from './notices/store.ts';
import { countRefusals } from './refusals/store.ts';
import type { ListedBudget } from './schema.ts';
import { dropDeliveries, findPresentWindow, readBudgetStanding, type StandingDeps } from './standing.ts';
import type { StoredBudget } from './store.ts';

export interface ListedDeps extends StandingDeps {
  readonly costs: Pick<Costs, 'allocatedOver' | 'allocatedReader'>;
  readonly org: Pick<Org, 'withTeam' | 'teamOwner'>;
}

type Route = Awaited<ReturnType<typeof findRoutes>>[number];
const NO_REFUSAL: ListedBudget['refused'] = { count: 0, last: null };

/** Budgets with their status, the recipients of their notices, and the refused requests. */
export async function readListedBudgets(
  deps: ListedDeps,
  sql: Sql,
  budgets: readonly StoredBudget[],
): Promise<ListedBudget[]> {
  const [refused, routes] = [await countRefusals(sql), await findRoutes(sql)];
  const shared = withSharedReads(deps);
  return Promise.all(
    budgets.map(async (budget) => ({
      ...dropDeliveries(await readBudgetStanding(shared, sql, budget)),
      owner: await readOwner(deps, sql, budget),
      alerts: await readAlerts(deps, sql, budget, routes),
      refused: refused.get(budget.name) ?? NO_REFUSAL,
    })),
  );
}

/** For one request about several budgets: facts of the bills that they share are read once. */
export function withSharedReads<D extends Pick<ListedDeps, 'costs'>>(deps: D): D {
  return { ...deps, costs: { ...deps.costs, allocatedOver: deps.costs.allocatedReader() } };
}

async function readOwner({ org }: ListedDeps, sql: Sql, { spec }: StoredBudget): Promise<string | null> {
  if (spec.owner !== undefined) return spec.owner;
  const { team } = await org.withTeam(sql, spec.subject);
  return team === undefined ? null : org.teamOwner(sql, team);
}

async function readAlerts(
  { org, clock }: ListedDeps,
  sql: Sql,
  budget: StoredBudget,
  routes: readonly Route[],
): Promise<ListedBudget['alerts']> {
  const { team, project, model, endpoint } = await org.withTeam(sql, budget.spec.subject);
  const list = (value: string | undefined) => (value === undefined ? [] : [value]);
  const facts = { teams: list(team), projects: list(project), models: list(model), endpoints: list(endpoint) };
  const notices = await findNotices(sql, budget.name, findPresentWindow(budget, clock.now()));
  return {
    recipients: budget.spec.notify.length,
    routes: routes
      .filter(({ spec }) => isMatch(spec.match, { topic: 'budget', severity: 'critical', ...facts }))
      .map(({ name }) => name),
    sent: notices.length,
    last: notices.at(-1)?.noticedAt ?? null,
  };
}
