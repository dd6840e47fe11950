import { z } from 'zod';
import { AppError } from '../../../platform/errors/index.ts';
import type { JobContext, Jobs } from '../../../platform/jobs/index.ts';
import { type DeliverDeps, deliver, type TargetRules } from '../../../platform/notices/index.ts';
import { NotifyTarget } from '../../../platform/notices/schema.ts';
import type { Store } from '../../../platform/store/index.ts';
import type { Log } from '../../../platform/telemetry/index.ts';
import { findStops } from '../reservations/store.ts';
import { dropDeliveries, readBudgetStanding, type StandingDeps } from '../standing.ts';
import { findBudgets, type StoredBudget } from '../store.ts';
import { buildBudgetNotice, Notice } from './notice.ts';
import { claimNotice } from './store.ts';
import { FORECAST, findCrossedThresholds } from './thresholds.ts';

export interface NoticeDeps extends StandingDeps, DeliverDeps, TargetRules {
  readonly store: Store;
  readonly log: Log;
}

/** Job that evaluates all budgets with notification targets, and job that sends one notification. */
const LOOK = 'budgets.look';
const TELL = 'budgets.tell';
/** With growing pauses these tries take ten minutes: a receiver that restarts misses nothing. */
const TRIES = 8;

const NoticeJob = z.strictObject({ notice: Notice, target: NotifyTarget });

/** Evaluates the budgets every minute. Each notification is a separate job. */
export function scheduleNotices(deps: NoticeDeps, jobs: Jobs): void {
  jobs.register(LOOK, { handler: () => poll(deps, jobs) });
  jobs.register(TELL, {
    handler: (payload, context) => deliverNotice(deps, NoticeJob.parse(payload), context),
    maxAttempts: TRIES,
  });
  jobs.schedule(LOOK, '* * * * *', { kind: LOOK, payload: {} });
}

async function poll(deps: NoticeDeps, jobs: Jobs): Promise<void> {
  for (const budget of await findBudgets(deps.store, null)) {
    if (budget.spec.notify.length === 0) continue;
    try {
      await enqueueNotices(deps, jobs, budget);
    } catch (error) {
      // A budget without a computable status shows its error where it is displayed; the other budgets are still evaluated.
      if (!(error instanceof AppError)) throw error;
      deps.log.warn({ budget: budget.name, why: error.message }, 'the notices of a budget cannot be evaluated');
    }
  }
}

/**
 * Claims the newly crossed thresholds and enqueues one notification per target, in one transaction: delivery is reliable and
 * no threshold is announced twice.
 */
async function enqueueNotices(deps: NoticeDeps, jobs: Jobs, budget: StoredBudget): Promise<void> {
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
    for (const target of budget.spec.notify) {
      const by = threshold.startsWith(FORECAST) ? expected : null;
      const payload = { notice: { id, threshold, at, budget: standing, expected: by }, target };
      await jobs.enqueue(sql, { kind: TELL, payload });
    }
  });
}

async function deliverNotice(
  deps: NoticeDeps,
  { notice: told, target }: z.infer<typeof NoticeJob>,
  { signal }: JobContext,
): Promise<void> {
  const refusal = await deliver(deps, buildBudgetNotice(told), target, signal);
  if (refusal === null) return;
  const facts = { budget: told.budget.name, threshold: told.threshold, why: refusal };
  deps.log.warn(facts, 'the notice of a budget could not be delivered');
}
