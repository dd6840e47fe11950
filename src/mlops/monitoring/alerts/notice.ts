import type { Notice } from '../../../platform/notices/index.ts';
import { moneyText } from '../../../platform/units/index.ts';
import type { AlertEpisode } from './episode/schema.ts';
import { figure } from './looks/look.ts';
import type { Alert } from './schema.ts';
import type { Happened } from './state.ts';

const CAUSES: Readonly<Record<AlertEpisode['cause'], string>> = {
  drift: 'predictions drift',
  quality: 'quality is low',
  estimated_quality: 'quality is estimated to be low',
  latency: 'answers are slow',
  errors: 'requests fail',
  no_data: 'predictions are missing',
};

/** The notice of an episode for its receivers. `number`: number of the notice within the episode; it makes the id unique. */
export function noticeOf(alert: Alert, happened: Happened, number: number): Notice {
  const id = `alert:${alert.episode}:${number}`;
  const title = titleOf(alert, happened);
  return {
    id,
    title,
    text: [title, alert.reason, ...lossOf(alert), ...howTo(alert, happened)].join('\n'),
    event: {
      specversion: '1.0',
      id,
      source: `/api/v1/monitors/${alert.monitor}`,
      type: `steelyard.alert.${happened}`,
      subject: alert.monitor,
      time: alert.changedAt,
      datacontenttype: 'application/json',
      data: { ...episodeOf(alert), reason: alert.reason },
    },
  };
}

/** Fields of an episode that events carry. */
export function episodeOf(alert: Alert): AlertEpisode {
  const { changedAt: _, closedAt: __, closedAs: ___, reason: ____, mute: _____, ...episode } = alert;
  return episode;
}

function titleOf({ monitor, model, alert, cause, state }: Alert, happened: Happened): string {
  if (happened === 'closed') return `Monitor ${monitor} of ${model}: ${alert} is over.`;
  const how = state === 'warning' ? 'Warning' : 'Alert';
  return `${how}: monitor ${monitor} of ${model}: ${CAUSES[cause]} (${alert}).`;
}

function lossOf({ loss, moneyPerDay }: Alert): string[] {
  if (loss === null) return [];
  const how = loss.estimated ? 'estimated, before labels' : 'by labels';
  const line = `${loss.metric}: ${figure(loss.reference)} before, ${figure(loss.current)} now (${how}).`;
  const money = moneyPerDay === null ? [] : [`The loss is worth ${moneyText(moneyPerDay)} a day.`];
  return [line, ...money];
}

function howTo({ episode }: Alert, happened: Happened): string[] {
  return happened === 'closed' ? [] : [`Details: steelyard alert show ${episode}`];
}
