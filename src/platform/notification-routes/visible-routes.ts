import type { Identity } from '../http/index.ts';
import { limitWork } from '../http/index.ts';
import type { NotificationRoute } from './schema.ts';
import type { StoredRoute } from './store.ts';

/** Whether a route belongs to the teams of a caller: one of them answers for it, or it delivers notices of these teams alone. */
export function isRouteVisible(identity: Identity, { spec: { owner, match } }: Pick<StoredRoute, 'spec'>): boolean {
  const limit = limitWork(identity);
  if (limit === null) return true;
  const isOwn = (team: string) => limit.teams.includes(team);
  const { teams = [] } = match;
  return (owner !== undefined && isOwn(owner)) || (teams.length > 0 && teams.every(isOwn));
}

/** Reports and messages of views are sent to any route, so that the words of its last message may be about other teams. */
export function limitRoute<Shown extends NotificationRoute>(identity: Identity, route: Shown): Shown {
  const { lastDelivery } = route;
  if (limitWork(identity) === null || lastDelivery === null) return route;
  const title = 'Not shown: the message may have the data of other teams.';
  return { ...route, lastDelivery: { ...lastDelivery, title, subject: '' } };
}
