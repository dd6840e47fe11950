import type { Notice } from '../../../platform/notices/index.ts';
import { formatMoneyText } from '../../../platform/units/index.ts';
import type { AlertEpisode } from './episode/schema.ts';
import { formatFigure } from './looks/look.ts';
import type { Alert } from './schema.ts';
import type { EpisodeEvent } from './state.ts';

const CAUSES: Readonly<Record<AlertEpisode['cause'], string>> = {
  drift: 'predictions drift',
  quality: 'quality is low',
  estimated_quality: 'quality is estimated to be low',
  latency: 'answers are slow',
  errors: 'requests fail',
  no_data: 'predictions are missing',
};

/** The notice of an episode for its receivers. `number`: number of the notice within the episode; it makes the id unique. */
export function buildNotice(alert: Alert, happened: EpisodeEvent, number: number): Notice {
  const id = `alert:${alert.episode}:${number}`;
  const title = buildTitle(alert, happened);
  return {
    id,
    title,
    text: [title, alert.reason, ...describeLoss(alert), ...buildDetailsHint(alert, happened)].join('\n'),
    event: {
      specversion: '1.0',
      id,
      source: `/api/v1/monitors/${alert.monitor}`,
      type: `steelyard.alert.${happened}`,
      subject: alert.monitor,
      time: alert.changedAt,
      datacontenttype: 'application/json',
      data: { ...toEventEpisode(alert), reason: alert.reason },
    },
  };
}

/** Fields of an episode that events carry. */
export function toEventEpisode(alert: Alert): AlertEpisode {
  const { changedAt: _, closedAt: __, closedAs: ___, reason: ____, mute: _____, ...episode } = alert;
  return episode;
}

function buildTitle({ monitor, model, alert, cause, state }: Alert, happened: EpisodeEvent): string {
  if (happened === 'closed') return `Monitor ${monitor} of ${model}: ${alert} is over.`;
  const how = state === 'warning' ? 'Warning' : 'Alert';
  return `${how}: monitor ${monitor} of ${model}: ${CAUSES[cause]} (${alert}).`;
}

function describeLoss({ loss, moneyPerDay }: Alert): string[] {
  if (loss === null) return [];
  const how = loss.estimated ? 'estimated, before labels' : 'by labels';
  const line = `${loss.metric}: ${formatFigure(loss.reference)} before, ${formatFigure(loss.current)} now (${how}).`;
  const money = moneyPerDay === null ? [] : [`The loss is worth ${formatMoneyText(moneyPerDay)} a day.`];
  return [line, ...money];
}

function buildDetailsHint({ episode }: Alert, happened: EpisodeEvent): string[] {
  return happened === 'closed' ? [] : [`Details: steelyard alert show ${episode}`];
}
