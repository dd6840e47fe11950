import { type Identity, limitWork } from '../http/index.ts';
import type { Sql } from '../store/index.ts';
import type { NotificationDelivery, NotificationRoute } from './schema.ts';
import { findRoutes, type StoredRoute } from './store.ts';

/** Whether a route belongs to the teams of a caller: one of them answers for it, or it delivers notices of these teams alone. */
export function isRouteVisible(identity: Identity, { spec: { owner, match } }: Pick<StoredRoute, 'spec'>): boolean {
  const limit = limitWork(identity);
  if (limit === null) return true;
  const isOwn = (team: string) => limit.teams.includes(team);
  const { teams = [] } = match;
  return (owner !== undefined && isOwn(owner)) || (teams.length > 0 && teams.every(isOwn));
}

/** Names of the routes of a caller; null: of all, also of those that documents name themselves. */
export async function listVisibleRoutes(sql: Sql, identity: Identity): Promise<string[] | null> {
  if (limitWork(identity) === null) return null;
  return (await findRoutes(sql)).filter((route) => isRouteVisible(identity, route)).map(({ name }) => name);
}

/** Reports and messages of views are sent to any route, so that the words of its last message may be about other teams. */
export function limitRoute<Shown extends NotificationRoute>(identity: Identity, route: Shown): Shown {
  const { lastDelivery } = route;
  return lastDelivery === null ? route : { ...route, lastDelivery: limitDelivery(identity, lastDelivery) };
}

/** A delivery without the words of its message. */
export function limitDelivery(identity: Identity, delivery: NotificationDelivery): NotificationDelivery {
  if (limitWork(identity) === null) return delivery;
  const title = 'Not shown: the message may have the data of other teams.';
  return { ...delivery, title, subject: '' };
}
