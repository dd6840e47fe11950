import { z } from 'zod';
import type { Jobs } from '../../../platform/jobs/index.ts';
import { createSpecKind, type ManifestKind, type ManifestOutcome } from '../../../platform/manifests/index.ts';
import { type DeliverDeps, deliver, Notice, refuseUntold, type TargetRules } from '../../../platform/notices/index.ts';
import { NotifyTarget } from '../../../platform/notices/schema.ts';
import type { Sql, Store } from '../../../platform/store/index.ts';
import type { Log } from '../../../platform/telemetry/index.ts';
import { toListedAnomaly } from '../list.ts';
import type { Anomaly } from '../schema.ts';
import { findAnomalies, findJudging } from '../store.ts';
import { buildNotice, buildWithdrawalNotice } from './notice.ts';
import { AnomalySubscriptionSpec } from './schema.ts';
import {
  claimNotice,
  claimWithdrawal,
  findNotices,
  findSubscriptions,
  putSubscription,
  type Subscription,
} from './store.ts';
import { selectAnnounced } from './worth-telling.ts';

export interface AnomalyNoticeDeps extends DeliverDeps, TargetRules {
  readonly store: Store;
  readonly log: Log;
  readonly publicUrl: string | null;
  /** Percentage of the spend of its scope from which on notices of an anomaly are sent, unless a subscription has its own least impact. */
  readonly minImpactPercent: number;
}

/** Job that notifies one target of one anomaly. */
const TELL = 'anomalies.tell';
/** With growing pauses these tries take ten minutes: a receiver that restarts misses nothing. */
const TRIES = 8;

const NoticeJob = z.strictObject({ notice: Notice, target: NotifyTarget });

/** `AnomalySubscription`. `changed` runs in the transaction of the change, so that open anomalies are announced soon. */
export function createSubscriptionKind(deps: TargetRules, changed: (sql: Sql) => Promise<void>): ManifestKind {
  return createSpecKind(
    'AnomalySubscription',
    40,
    AnomalySubscriptionSpec,
    async (sql, name, spec): Promise<ManifestOutcome> => {
      const before = (await findSubscriptions(sql)).find((one) => one.name === name);
      if (before !== undefined && JSON.stringify(before.spec) === JSON.stringify(spec)) return 'unchanged';
      refuseUntold(deps, spec.notify);
      await putSubscription(sql, name, spec);
      await changed(sql);
      return before === undefined ? 'created' : 'changed';
    },
  );
}

export function registerTelling(deps: AnomalyNoticeDeps, jobs: Pick<Jobs, 'register'>): void {
  jobs.register(TELL, {
    maxAttempts: TRIES,
    handler: async (payload, { signal }) => {
      const { notice, target } = NoticeJob.parse(payload);
      const refusal = await deliver(deps, notice, target, signal);
      if (refusal !== null)
        deps.log.warn({ notice: notice.id, why: refusal }, 'the notice of an anomaly could not be delivered');
    },
  });
}

/**
 * Claims the unannounced anomalies and enqueues their notifications in one transaction: delivery is reliable and no anomaly
 * is announced twice.
 */
export async function announceAnomalies(deps: AnomalyNoticeDeps, jobs: Pick<Jobs, 'enqueue'>): Promise<void> {
  const subscriptions = await findSubscriptions(deps.store);
  if (subscriptions.length === 0) return;
  await deps.store.transaction(async (sql) => {
    for (const subscription of subscriptions) await announceToSubscription(deps, jobs, sql, subscription);
  });
}

async function announceToSubscription(
  { clock, publicUrl, minImpactPercent }: AnomalyNoticeDeps,
  jobs: Pick<Jobs, 'enqueue'>,
  sql: Sql,
  { name, spec }: Subscription,
): Promise<void> {
  const judging = await findJudging(sql);
  if (judging === null) return;
  const stored = await findAnomalies(sql, false);
  const scope = Object.entries(spec.of).flatMap(([dimension, value]) =>
    value === undefined ? [] : [{ dimension, value }],
  );
  const counting = { scope, minPercent: spec.leastImpact === undefined ? minImpactPercent : 0 };
  const anomalies = stored.map((one) => toListedAnomaly(one, stored, counting));
  const before = await findNotices(sql, name);
  const at = new Date(clock.now()).toISOString();
  const enqueue = async (notice: Notice) => {
    for (const target of spec.notify) await jobs.enqueue(sql, { kind: TELL, payload: { notice, target } });
  };
  for (const anomaly of anomalies.filter((one) => isWithdrawn(one) && before.get(one.id) === 'opened')) {
    if (!(await claimWithdrawal(sql, name, anomaly.id, at))) continue;
    await enqueue(buildWithdrawalNotice({ subscription: name, anomaly, at, publicUrl }));
  }
  const due = selectAnnounced(spec, anomalies, judging.judging).filter(({ id }) => before.get(id) !== 'opened');
  const told = new Set<string>();
  for (const anomaly of due) {
    if (told.has(anomaly.id) || !(await claimNotice(sql, name, anomaly.id, at))) continue;
    const related = due.filter(({ id }) => anomaly.related.includes(id) && !told.has(id));
    for (const one of [anomaly, ...related]) told.add(one.id);
    for (const one of related) await claimNotice(sql, name, one.id, at);
    const isAgain = before.has(anomaly.id);
    await enqueue(buildNotice({ subscription: name, anomaly, related, at, publicUrl, isAgain }));
  }
}

/** Whether later bills no longer show it. */
function isWithdrawn({ state }: Pick<Anomaly, 'state'>): boolean {
  return state === 'withdrawn' || state === 'restated';
}
