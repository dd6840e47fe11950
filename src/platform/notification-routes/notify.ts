import { randomUUID } from 'node:crypto';
import { findHandling, isWorse } from '../acknowledgements/index.ts';
import type { Notice } from '../notices/index.ts';
import type { NotifyTarget } from '../notices/schema.ts';
import type { Sql } from '../store/index.ts';
import type { Money } from '../units/index.ts';
import { computeDigestTime, computeUnmutedTime } from './due-time.ts';
import { isMatch, type NoticeFacts } from './match.ts';
import type { NotificationRouteSpec } from './schema.ts';
import { findRoutes, insertDelivery, type NewDelivery } from './store.ts';

/** With growing pauses these tries take more than two hours: a receiver that is down for an hour misses nothing. */
export const TRIES = 12;

/** A notice with the facts that routes match. */
export interface RoutedNotice extends NoticeFacts {
  /** Its `id` is the idempotency id: filed again, it is delivered once. */
  readonly notice: Notice;
  /** `<kind>/<name>`, such as `budget/recs`. */
  readonly subject: string;
  /** Time of the event, UTC instant. */
  readonly at: string;
  /** The thing that accounts acknowledge; left out: it cannot be acknowledged. */
  readonly about?: { readonly kind: 'anomaly' | 'alert' | 'recommendation'; readonly id: string };
  /** Money at stake, for things that can be acknowledged; null: unknown. */
  readonly impact?: Money | null;
}

/** Recipients that a document names itself, in addition to the routes. */
export interface OwnTargets {
  /** `<Kind>/<name>` of the document. */
  readonly document: string;
  readonly targets: readonly NotifyTarget[];
}

/**
 * Files a notice for every matching route and for the recipients of its document, in the caller's transaction: it is
 * delivered if the transaction commits, at least once, and has exactly one delivery record for each route. A notice about an acknowledged
 * thing is not filed unless the thing became worse. Returns the number of new deliveries.
 * @example await notify(sql, { topic: 'optimization', severity: 'warning', teams: ['recs'], subject: 'optimization/ranker', at, notice });
 */
export async function notify(sql: Sql, routed: RoutedNotice, own?: OwnTargets): Promise<number> {
  const filed = own === undefined ? 0 : await notifyOwn(sql, routed, own);
  return filed + (await notifyRoutes(sql, routed));
}

/** The same for the recipients of a document alone. */
export async function notifyOwn(sql: Sql, routed: RoutedNotice, { document, targets }: OwnTargets): Promise<number> {
  if (await isSilenced(sql, routed)) return 0;
  let filed = 0;
  for (const [position, target] of targets.entries()) {
    const row = { ...buildDelivery(routed, `${document}#${position}`), target: JSON.stringify(target) };
    if (await insertDelivery(sql, row)) filed += 1;
  }
  return filed;
}

/** The same for the routes alone. */
export async function notifyRoutes(sql: Sql, routed: RoutedNotice): Promise<number> {
  if (await isSilenced(sql, routed)) return 0;
  let filed = 0;
  for (const { name, spec } of await findRoutes(sql)) {
    if (!isMatch(spec.match, routed)) continue;
    if (await insertDelivery(sql, { ...buildDelivery(routed, name), ...computeSchedule(spec, routed.at) })) filed += 1;
  }
  return filed;
}

/** Files a notice for these routes, whatever they match, and for the recipients of its document. It is in no digest. */
export async function notifyNamed(
  sql: Sql,
  routed: RoutedNotice,
  { routes, ...own }: OwnTargets & { readonly routes: readonly string[] },
): Promise<number> {
  let filed = await notifyOwn(sql, routed, own);
  for (const { name } of await findRoutes(sql)) {
    if (routes.includes(name) && (await insertDelivery(sql, buildDelivery(routed, name)))) filed += 1;
  }
  return filed;
}

/** Whether the thing was acknowledged and is not worse since. */
async function isSilenced(sql: Sql, { about, severity, impact = null }: RoutedNotice): Promise<boolean> {
  if (about === undefined) return false;
  const { acknowledged } = await findHandling(sql, about.kind, about.id);
  return acknowledged !== null && !isWorse(acknowledged, { severity, impact });
}

/** Whether a route receives notices of this topic: without one, costly notices need not be built. */
export async function hasRoute(sql: Sql, topic: NoticeFacts['topic']): Promise<boolean> {
  const routes = await findRoutes(sql);
  return routes.some(({ spec }) => spec.match.topics?.includes(topic) ?? topic !== 'report');
}

function computeSchedule({ digest, mute }: NotificationRouteSpec, at: string) {
  const now = Date.parse(at);
  const time = digest === undefined ? now : computeDigestTime(digest, now);
  return { is_collected: digest === undefined ? 0 : 1, due_at: computeUnmutedTime(mute, time) };
}

export function buildDelivery(
  { notice, topic, severity, subject, at }: Omit<RoutedNotice, 'topic' | 'teams'> & { readonly topic: string },
  route: string,
): NewDelivery {
  const now = Date.parse(at);
  return {
    delivery_id: randomUUID(),
    route,
    target: null,
    notice_id: notice.id,
    topic,
    severity,
    subject,
    title: notice.title,
    notice: JSON.stringify(notice),
    state: 'waiting',
    is_collected: 0,
    attempts: 0,
    tries_left: TRIES,
    due_at: now,
    leased_by: null,
    created_at: now,
    ended_at: null,
    response_status: null,
    error: null,
    digest_id: null,
  };
}
