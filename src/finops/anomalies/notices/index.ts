import { findHandlings, isWorse } from '../../../platform/acknowledgements/index.ts';
import { createSpecKind, type ManifestKind, type ManifestOutcome } from '../../../platform/manifests/index.ts';
import { type Notice, refuseUntold, type TargetRules } from '../../../platform/notices/index.ts';
import { hasRoute, notifyOwn, notifyRoutes } from '../../../platform/notification-routes/index.ts';
import type { Sql, Store } from '../../../platform/store/index.ts';
import type { Clock } from '../../../platform/units/index.ts';
import { toListedAnomaly } from '../list.ts';
import type { Anomaly } from '../schema.ts';
import { findAnomalies, findJudging } from '../store.ts';
import { readGravity } from './gravity.ts';
import { buildNotice, buildWithdrawalNotice } from './notice.ts';
import { AnomalySubscriptionSpec } from './schema.ts';
import { claimNotice, claimWithdrawal, findNotices, findSubscriptions, putSubscription } from './store.ts';
import { selectAnnounced } from './worth-telling.ts';

export interface AnomalyNoticeDeps extends TargetRules {
  readonly store: Store;
  readonly clock: Clock;
  readonly publicUrl: string | null;
  /** Percentage of the spend of its scope from which on notices of an anomaly are sent, unless a subscription has its own least impact. */
  readonly minImpactPercent: number;
}

/** Notification routes are announced to as one subscription to everything; no document can have this name. */
const ROUTES = { name: '@routes', spec: AnomalySubscriptionSpec.omit({ notify: true }).parse({}) };

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

/**
 * Claims the unannounced anomalies and files their notices in one transaction: delivery is reliable and no anomaly is announced
 * twice. An acknowledged anomaly is announced again, once, when it gets worse.
 */
export async function announceAnomalies(deps: AnomalyNoticeDeps): Promise<void> {
  const subscriptions: AnnouncedSubscription[] = (await findSubscriptions(deps.store)).map(({ name, spec }) => ({
    ...{ name, spec, targets: spec.notify },
  }));
  if (await hasRoute(deps.store, 'anomaly')) subscriptions.push({ ...ROUTES, targets: null });
  if (subscriptions.length === 0) return;
  await deps.store.transaction(async (sql) => {
    for (const subscription of subscriptions) await announceToSubscription(deps, sql, subscription);
  });
}

interface AnnouncedSubscription {
  readonly name: string;
  readonly spec: Omit<AnomalySubscriptionSpec, 'notify'>;
  /** null: the notification routes. */
  readonly targets: AnomalySubscriptionSpec['notify'] | null;
}

async function announceToSubscription(
  { clock, publicUrl, minImpactPercent }: AnomalyNoticeDeps,
  sql: Sql,
  { name, spec, targets }: AnnouncedSubscription,
): Promise<void> {
  const judging = await findJudging(sql);
  if (judging === null) return;
  const stored = await findAnomalies(sql, false);
  const scope = Object.entries(spec.of).flatMap(([dimension, value]) =>
    value === undefined ? [] : [{ dimension, value }],
  );
  const counting = { scope, minPercent: spec.leastImpact === undefined ? minImpactPercent : 0 };
  const anomalies = stored.map((one) => toListedAnomaly(one, stored, counting, undefined));
  const before = await findNotices(sql, name);
  const at = new Date(clock.now()).toISOString();
  const file = (anomaly: Anomaly, notice: Notice) => fileNotice(sql, { name, targets, anomaly, notice, at });
  for (const anomaly of anomalies.filter((one) => isWithdrawn(one) && before.get(one.id) === 'opened')) {
    if (!(await claimWithdrawal(sql, name, anomaly.id, at))) continue;
    await file(anomaly, buildWithdrawalNotice({ subscription: name, anomaly, at, publicUrl }));
  }
  const announced = selectAnnounced(spec, anomalies, judging.judging);
  const due = announced.filter(({ id }) => before.get(id) !== 'opened');
  const told = new Set<string>();
  for (const anomaly of due) {
    if (told.has(anomaly.id) || !(await claimNotice(sql, name, anomaly.id, at))) continue;
    // A related anomaly may be of another team, so routes get a separate notice for each.
    const related = due.filter(({ id }) => targets !== null && anomaly.related.includes(id) && !told.has(id));
    for (const one of [anomaly, ...related]) told.add(one.id);
    for (const one of related) await claimNotice(sql, name, one.id, at);
    const isAgain = before.has(anomaly.id);
    await file(anomaly, buildNotice({ subscription: name, anomaly, related, at, publicUrl, isAgain }));
  }
  const known = announced.filter(({ id }) => before.get(id) === 'opened');
  const handlings = await findHandlings(
    sql,
    'anomaly',
    known.map(({ id }) => id),
  );
  for (const anomaly of known) {
    const acknowledged = handlings.get(anomaly.id)?.acknowledged ?? null;
    if (acknowledged === null || !isWorse(acknowledged, readGravity(anomaly))) continue;
    const notice = buildNotice({ subscription: name, anomaly, related: [], at, publicUrl, isAgain: false });
    // Once for each acknowledgement: the id is the same at every judging.
    const id = `${notice.id}:worse:${acknowledged.at}`;
    await file(anomaly, { ...notice, id, event: { ...notice.event, id } });
  }
}

interface AnomalyFiling extends Pick<AnnouncedSubscription, 'name' | 'targets'> {
  readonly anomaly: Anomaly;
  readonly notice: Notice;
  readonly at: string;
}

async function fileNotice(sql: Sql, { name, targets, anomaly, notice, at }: AnomalyFiling): Promise<void> {
  const { id, slice } = anomaly;
  // Only the slice bounds the charges: other teams may have a part in an anomaly that is seen in a team.
  const list = (dimension: string) => slice.filter((part) => part.dimension === dimension).map(({ value }) => value);
  const routed = {
    ...{
      topic: 'anomaly' as const,
      ...readGravity(anomaly),
      subject: `anomaly/${id}`,
      at,
      about: { kind: 'anomaly' as const, id },
    },
    ...{ teams: list('team'), projects: list('project'), models: list('model'), endpoints: list('endpoint') },
    notice: { ...notice, link: `/anomalies/${id}` },
  };
  if (targets === null) await notifyRoutes(sql, routed);
  else await notifyOwn(sql, routed, { document: `AnomalySubscription/${name}`, targets });
}

/** Whether later bills no longer show it. */
function isWithdrawn({ state }: Pick<Anomaly, 'state'>): boolean {
  return state === 'withdrawn' || state === 'restated';
}
