import { createHandlingRoutes } from '../../../platform/acknowledgements/index.ts';
import { decodePageToken, encodePageToken } from '../../../platform/contract/page-token.ts';
import { AppError } from '../../../platform/errors/index.ts';
import { handle, limitWork, type Route } from '../../../platform/http/index.ts';
import type { Sql } from '../../../platform/store/index.ts';
import type { Clock } from '../../../platform/units/index.ts';
import { findMonitors, noMonitor } from '../../monitors/index.ts';
import type { Monitor } from '../../monitors/schema.ts';
import { backtestAlerts as backtestAlertsEndpoint } from './backtest/schema.ts';
import { type BacktestDeps, backtestAlerts } from './backtest/service.ts';
import {
  type Alert,
  type AlertMute,
  type AlertStanding,
  alertHandling,
  evaluateMonitor,
  getAlert,
  listAlerts,
  listMonitorAlerts,
  muteAlert,
  unmuteAlert,
} from './schema.ts';
import type { EvaluateMonitor } from './service.ts';
import {
  findEpisode,
  listEpisodes,
  listStandings,
  listSteps,
  type Standing,
  toPagePosition,
  updateEpisode,
} from './store.ts';
import { readGravity } from './take-look.ts';

interface AlertRouteDeps extends BacktestDeps {
  readonly clock: Clock;
  readonly evaluate: EvaluateMonitor;
}

export function alertRoutes(deps: AlertRouteDeps): Route[] {
  const { store, clock, evaluate } = deps;
  const mute = (episode: string, as: AlertMute | null) =>
    store.transaction(async (sql) => {
      const alert = await requireEpisode(sql, episode);
      if (alert.closedAt !== null) {
        const detail = `The episode ended at ${alert.closedAt}, so it cannot be muted.`;
        throw new AppError('alert_closed', detail, { episode });
      }
      await updateEpisode(sql, { ...alert, mute: as });
      return { ...alert, mute: as };
    });
  const gravityOf = async (sql: Sql, episode: string) => readGravity(await requireEpisode(sql, episode));
  return [
    ...createHandlingRoutes(alertHandling, { store, clock, noun: 'alert', gravityOf }),
    handle(listAlerts, async ({ query: { pageSize, pageToken, ...selection }, identity }) => {
      const after = pageToken === undefined ? null : decodePageToken(pageToken, selection).map(String);
      const [isOpen, openedAt, id] = after ?? [];
      const place: [string, string, string] | null =
        isOpen === undefined || openedAt === undefined || id === undefined ? null : [isOpen, openedAt, id];
      const found = await listEpisodes(store, {
        ...{ ...selection, limit: pageSize + 1, after: place },
        owners: limitWork(identity),
      });
      const alerts = found.slice(0, pageSize);
      const last = alerts.at(-1);
      const more = found.length > pageSize && last !== undefined;
      return { alerts, nextPageToken: more ? encodePageToken(toPagePosition(last), selection) : null };
    }),
    handle(getAlert, async ({ params: { episode } }) => ({
      ...(await requireEpisode(store, episode)),
      steps: await listSteps(store, episode),
    })),
    handle(muteAlert, ({ params: { episode }, body, actor }) => {
      const at = new Date(clock.now()).toISOString();
      return mute(episode, { until: new Date(body.until).toISOString(), by: actor, why: body.why, at });
    }),
    handle(unmuteAlert, ({ params: { episode } }) => mute(episode, null)),
    handle(backtestAlertsEndpoint, async ({ params: { monitor: name }, body: { alerts, start, end } }) => {
      if (start !== undefined && end !== undefined && Date.parse(start) >= Date.parse(end))
        throw new AppError(
          'invalid_request',
          `"end" ${end} is not after "start" ${start}. Set "end" to the later time.`,
        );
      const monitor = await requireMonitor(store, name);
      return { monitor: name, alerts: await backtestAlerts(deps, monitor, { alerts, start, end }) };
    }),
    handle(listMonitorAlerts, async ({ params: { monitor: name } }) => ({
      alerts: await listAlertStandings(store, await requireMonitor(store, name)),
    })),
    handle(evaluateMonitor, async ({ params: { monitor: name } }) => {
      const monitor = await requireMonitor(store, name);
      await evaluate(monitor, new AbortController().signal);
      const evaluatedAt = new Date(clock.now()).toISOString();
      return { monitor: name, evaluatedAt, alerts: await listAlertStandings(store, monitor) };
    }),
  ];
}

async function requireMonitor(sql: Sql, name: string): Promise<Monitor> {
  const [monitor] = await findMonitors(sql, name);
  if (monitor === undefined) throw noMonitor(name);
  return monitor;
}

/** Status of each alert of a monitor, in its order. */
async function listAlertStandings(sql: Sql, { monitor, spec }: Monitor): Promise<AlertStanding[]> {
  const standings = new Map((await listStandings(sql, monitor)).map((one) => [one.alert, one]));
  return spec.alerts.map(({ name, on }) => toAlertStanding(name, on, standings.get(name)));
}

async function requireEpisode(sql: Sql, episode: string): Promise<Alert> {
  const found = await findEpisode(sql, episode);
  if (found !== null) return found;
  throw new AppError('alert_not_found', `There is no episode "${episode}". List episodes with: steelyard alert list.`, {
    episode,
  });
}

function toAlertStanding(alert: string, cause: AlertStanding['cause'], standing: Standing | undefined): AlertStanding {
  if (standing === undefined) {
    return { alert, cause, state: 'ok', since: null, lookedAt: null, badInARow: 0, reason: null, episode: null };
  }
  const { counts, since, lookedAt, reason, episode } = standing;
  return { alert, cause, state: counts.state, since, lookedAt, badInARow: counts.bad, reason, episode };
}
