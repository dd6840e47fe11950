import { z } from 'zod';
import type { Org } from '../../../org/index.ts';
import { AppError } from '../../../platform/errors/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { TargetRules } from '../../../platform/notices/index.ts';
import { NotifyTarget } from '../../../platform/notices/schema.ts';
import { hasRoute, notify } from '../../../platform/notification-routes/index.ts';
import type { Sql, Store } from '../../../platform/store/index.ts';
import type { Log } from '../../../platform/telemetry/index.ts';
import { findStops } from '../reservations/store.ts';
import { dropDeliveries, readBudgetStanding, type StandingDeps } from '../standing.ts';
import { findBudgets, type StoredBudget } from '../store.ts';
import { buildBudgetNotice, Notice } from './notice.ts';
import { claimNotice } from './store.ts';
import { FORECAST, findCrossedThresholds } from './thresholds.ts';

export interface NoticeDeps extends StandingDeps, TargetRules {
  readonly org: Pick<Org, 'withTeam'>;
  readonly store: Store;
  readonly log: Log;
}

/** Job that evaluates all budgets with recipients. */
const LOOK = 'budgets.look';
/** Job of earlier versions for one notice and recipient; those in the queue become deliveries. */
const TELL = 'budgets.tell';

const NoticeJob = z.strictObject({ notice: Notice, target: NotifyTarget });

/** Evaluates the budgets every minute and files their notices. */
export function scheduleNotices(deps: NoticeDeps, jobs: Jobs): void {
  jobs.register(LOOK, { handler: () => poll(deps) });
  jobs.register(TELL, {
    handler: async (payload) => {
      const { notice, target } = NoticeJob.parse(payload);
      await deps.store.transaction((sql) => fileNotice(deps, sql, notice, [target]));
    },
  });
  jobs.schedule(LOOK, '* * * * *', { kind: LOOK, payload: {} });
}

async function poll(deps: NoticeDeps): Promise<void> {
  const isRouted = (await hasRoute(deps.store, 'budget')) || (await hasRoute(deps.store, 'forecast'));
  for (const budget of await findBudgets(deps.store, null)) {
    if (budget.spec.notify.length === 0 && !isRouted) continue;
    try {
      await claimAndFile(deps, budget);
    } catch (error) {
      // A budget without a computable status shows its error where it is displayed; the other budgets are still evaluated.
      if (!(error instanceof AppError)) throw error;
      deps.log.warn({ budget: budget.name, why: error.message }, 'the notices of a budget cannot be evaluated');
    }
  }
}

/**
 * Claims the newly crossed thresholds and files one notice, in one transaction: delivery is reliable and no threshold is
 * announced twice.
 */
async function claimAndFile(deps: NoticeDeps, budget: StoredBudget): Promise<void> {
  const { store, clock } = deps;
  const standing = dropDeliveries(await readBudgetStanding(deps, store, budget));
  const window = { start: Date.parse(standing.period.start), end: Date.parse(standing.period.end) };
  const [stop] = await findStops(store, budget.name, 1);
  const hasStopped = stop !== undefined && stop.metered > window.start && stop.metered <= window.end;
  const expected = budget.spec.forecastAt.length === 0 ? null : await deps.expectedBreach(store, budget.name);
  const thresholds = findCrossedThresholds(budget.spec, standing, hasStopped, expected);
  if (thresholds.length === 0) return;
  const at = new Date(clock.now()).toISOString();
  await store.transaction(async (sql) => {
    const claimed: string[] = [];
    for (const threshold of thresholds) {
      if (await claimNotice(sql, budget.name, window, threshold, at)) claimed.push(threshold);
    }
    // If several thresholds are crossed together, the most severe one covers them all.
    const threshold = claimed.at(-1);
    if (threshold === undefined) return;
    const id = `budget:${budget.name}:${window.start}-${window.end}:${threshold}`;
    const by = threshold.startsWith(FORECAST) ? expected : null;
    await fileNotice(deps, sql, { id, threshold, at, budget: standing, expected: by }, budget.spec.notify);
  });
}

const CRITICAL: ReadonlySet<string> = new Set(['exhausted', 'stopped']);

/** A budget of everything, or of a project without a team, has no team: routes with a team filter do not receive it. */
async function fileNotice(
  { org }: NoticeDeps,
  sql: Sql,
  told: Notice,
  targets: readonly NotifyTarget[],
): Promise<void> {
  const { threshold, at, budget } = told;
  const { team, project, model, endpoint } = await org.withTeam(sql, budget.subject);
  const list = (value: string | undefined) => (value === undefined ? [] : [value]);
  await notify(
    sql,
    {
      topic: threshold.startsWith(FORECAST) ? 'forecast' : 'budget',
      severity: CRITICAL.has(threshold) ? 'critical' : 'warning',
      ...{ teams: list(team), projects: list(project), models: list(model), endpoints: list(endpoint) },
      ...{ subject: `budget/${budget.name}`, at, notice: buildBudgetNotice(told) },
    },
    { document: `Budget/${budget.name}`, targets },
  );
}
