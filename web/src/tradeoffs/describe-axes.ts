import type { ModelFrontier } from '../../../src/tradeoff/frontier/schema.ts';
import type { FrontierChartData } from '../charts/frontier-option.ts';
import { formatMoney } from '../format/money.ts';
import { counted, formatCount } from '../format/number.ts';
import { findRegionBounds } from './acceptance-outline.ts';

const DEMAND_SOURCE = {
  stated: 'stated',
  recorded: 'recorded traffic',
  measured: 'mean rate of the last seven days',
} as const;

/** "10,000,000 predictions a month, stated"; null when no demand is known. */
export function describeDemand({ demand }: ModelFrontier['costAxis']): string | null {
  if (demand === null) return null;
  const days = demand.days === null ? '' : ` of ${counted(demand.days, 'day')}`;
  return `${formatCount(demand.predictionsPerMonth)} predictions a month, ${DEMAND_SOURCE[demand.source]}${days}`;
}

/** Meaning of the axes: directions, demand, evaluation and interval; and the bounds of the policy that are out of view. */
export function describeAxes(
  { qualityAxis, costAxis, region }: Pick<ModelFrontier, 'qualityAxis' | 'costAxis' | 'region'>,
  data: FrontierChartData | null,
): string {
  if (qualityAxis === null) return 'No version has an evaluation.';
  const { direction, evaluation, alpha } = qualityAxis;
  const demand = describeDemand(costAxis);
  return [
    `${direction === 'higher' ? 'Up' : 'Down'} is better, left is cheaper${data?.logCost === true ? '; the cost axis is logarithmic' : ''}.`,
    ...(demand === null ? [] : [`Cost at ${demand}.`]),
    `Evaluation ${evaluation}, ${formatCount(100 * (1 - alpha))}\u00a0% intervals.`,
    ...(region === null || data === null ? [] : describeHiddenLimit(region, data)),
  ].join(' ');
}

function describeHiddenLimit(region: NonNullable<ModelFrontier['region']>, data: FrontierChartData): string[] {
  const { highestCost } = findRegionBounds(region);
  if (highestCost === null || highestCost <= data.costDomain[1]) return [];
  const limit = formatMoney({ amount: String(highestCost), currency: data.currency });
  return [`The limit of the policy, ${limit} a month, is beyond the chart.`];
}
