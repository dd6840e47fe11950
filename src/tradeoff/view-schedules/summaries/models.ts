import { daysLater } from '../../../platform/units/date-range.ts';
import { decimal, formatMetricName, formatRangeText } from '../../../platform/units/index.ts';
import { getProductionHealth } from '../../production-health/schema.ts';
import { listModelScorecards, type ModelScorecard } from '../../scorecards/schema.ts';
import { count, cutLines, describeMoney, ofTeam, type PageSummary, toLine } from './question.ts';

const SEVERITY = ['critical', 'warning', 'ok', 'unknown'] as const;
const NUMBERS = /^\d{4}-\d\d-\d\d$/;

/** Registered models with status, cost, quality and latency; those with a problem first. */
export const models: PageSummary = {
  scopes: ['tradeoff.read'],
  async read({ read, search, team }) {
    const [from, to] = [search.get('from') ?? '', search.get('to') ?? ''];
    const days = NUMBERS.test(from) && NUMBERS.test(to) ? { from, to } : {};
    const { scorecards, nextPageToken, range } = await read(listModelScorecards, {
      query: { ...days, ...ofTeam(team) },
    });
    const problems = scorecards.filter(({ status }) => status === 'critical' || status === 'warning').length;
    const sorted = scorecards.toSorted((a, b) => SEVERITY.indexOf(a.status) - SEVERITY.indexOf(b.status));
    const cut = cutLines(sorted.map((one) => toLine(one.model, describeModel(one), toCost(one))));
    return {
      headline:
        scorecards.length === 0
          ? 'No registered model'
          : `${count(scorecards.length, 'registered model')}${nextPageToken === null ? '' : ' and more'}, ${problems} with a problem`,
      ...cut,
      notes: [`Figures of ${formatRangeText(range.start, daysLater(range.end, -1))} UTC.`],
    };
  },
};

function toCost({ cost: { value, currency } }: ModelScorecard) {
  return value === null || currency === null ? null : { amount: value, currency };
}

/** Example: `ok; cost $310; ndcg@10 0.482; p95 42 ms`. */
function describeModel(one: ModelScorecard): string {
  const { status, statusReason, quality, latency } = one;
  const cost = toCost(one);
  return [
    status === 'ok' ? 'ok' : `${status}: ${statusReason.replace(/\.$/, '')}`,
    cost === null ? 'cost unknown' : `cost ${one.cost.isLowerBound ? 'at least ' : ''}${describeMoney(cost)}`,
    quality.value === null
      ? 'quality unknown'
      : `${formatMetricName(quality.metric ?? 'quality')} ${round(quality.value)}`,
    latency.value === null ? 'latency unknown' : `p95 ${round(latency.value)} ${latency.unit}`,
  ].join('; ');
}

function round(value: number): string {
  return decimal(value).toSignificantDigits(3).toFixed();
}

const HEALTH = ['unhealthy', 'degraded', 'unknown', 'healthy'] as const;

/** Health of endpoints and served models, the gravest first. */
export const health: PageSummary = {
  scopes: ['mlops.read'],
  async read({ read, team }) {
    const found = await read(getProductionHealth, { query: ofTeam(team) });
    const parts = [
      ...found.endpoints.map(({ endpoint, status, reasons }) => ({ label: `endpoint ${endpoint}`, status, reasons })),
      ...found.models.map(({ model, status, reasons }) => ({ label: `model ${model}`, status, reasons })),
    ].toSorted((a, b) => HEALTH.indexOf(a.status) - HEALTH.indexOf(b.status));
    return {
      headline: found.headline.replace(/\.$/, ''),
      ...cutLines(
        parts.map(({ label, status, reasons: [reason] }) =>
          toLine(label, reason === undefined ? status : `${status}: ${reason.replace(/\.$/, '')}`),
        ),
      ),
      notes: [],
    };
  },
};
