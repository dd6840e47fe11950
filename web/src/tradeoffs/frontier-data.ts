import type { ModelFrontier, ModelFrontierPoint, PointCascade } from '../../../src/tradeoff/frontier/schema.ts';
import type { TipLine } from '../charts/chart-tip.ts';
import type { FrontierChartData, FrontierMark } from '../charts/frontier-option.ts';
import { formatMetricName } from '../format/metric-name.ts';
import { formatMoney } from '../format/money.ts';
import { formatCount, formatMeasure } from '../format/number.ts';
import { logTicks, paddedDomain, paddedLogDomain } from '../models/axis-domain.ts';
import { type Domain, findRegionBounds, outlineRegion } from './acceptance-outline.ts';
import { describeCascade, nameVersions } from './cascade-text.ts';
import { explainStatus } from './status-text.ts';
import { traceTradePrice } from './trade-price.ts';

/** Ratio of highest to lowest cost from which the axis is logarithmic. */
const LOG_FROM_SPREAD = 20;
/** A limit of the policy above this multiple of the highest cost is out of view: it would press all points to one side. */
const LIMIT_IN_VIEW = 4;

interface FrontierView {
  readonly frontier: ModelFrontier;
  readonly labels: ReadonlyMap<string, string>;
  /** Trade price a month for a point of quality, with the point that wins at it; null: none. */
  readonly price: { readonly amount: string; readonly winner: string } | null;
}

/** Data of the chart of the frontier; null without a point, whose axes have no meaning. */
export function buildFrontierData({ frontier, labels, price }: FrontierView): FrontierChartData | null {
  const { points, qualityAxis, costAxis, region, baseline } = frontier;
  if (points.length === 0 || qualityAxis === null || costAxis.currency === null) return null;
  const marks = points.map((point) => buildMark(point, labels, { baseline: baseline?.version, winner: price?.winner }));
  const bounds = region === null ? null : findRegionBounds(region);
  const costs = marks.flatMap(({ cost, costInterval }) => [cost, ...(costInterval ?? [])]);
  const limit = bounds?.highestCost ?? null;
  const allCosts = [...costs, ...(limit === null || limit > LIMIT_IN_VIEW * Math.max(...costs) ? [] : [limit])];
  const smallest = Math.min(...allCosts);
  const logCost = smallest > 0 && Math.max(...allCosts) / smallest >= LOG_FROM_SPREAD;
  const costDomain: Domain = logCost
    ? paddedLogDomain(allCosts)
    : [Math.min(0, smallest), paddedDomain([0, ...allCosts])[1]];
  const qualityDomain = paddedDomain([
    ...marks.flatMap(({ quality, qualityInterval }) => [quality, ...(qualityInterval ?? [])]),
    ...[bounds?.lowestQuality, bounds?.highestQuality].filter((bound) => bound != null),
  ]);
  const winner = marks.find(({ isWinner }) => isWinner);
  return {
    ...{
      marks,
      metric: formatMetricName(qualityAxis.metric),
      currency: costAxis.currency,
      logCost,
      costDomain,
      qualityDomain,
    },
    costTicks: logCost ? logTicks(costDomain) : null,
    frontier: marks.filter(({ status }) => status === 'frontier').map(({ cost, quality }) => [cost, quality] as const),
    ties: joinTies(points, marks),
    region: region === null ? [] : outlineRegion(region, qualityAxis, { cost: costDomain, quality: qualityDomain }),
    bounds: listBounds(region, costAxis.currency).filter(({ axis, at }) => axis === 'quality' || at <= costDomain[1]),
    priceLine:
      winner === undefined || price === null
        ? []
        : traceTradePrice(winner, Number(price.amount), qualityAxis, qualityDomain).filter(
            ([cost]) => cost >= costDomain[0] && cost <= costDomain[1],
          ),
  };
}

function buildMark(
  point: ModelFrontierPoint,
  labels: FrontierView['labels'],
  special: { readonly baseline: string | undefined; readonly winner: string | undefined },
): FrontierMark {
  const { costPerMonth, quality, status } = point;
  const interval = (lower: number | null, upper: number | null): Domain | null =>
    lower === null || upper === null || lower === upper ? null : [lower, upper];
  const [low, high] = [costPerMonth.lower, costPerMonth.upper].map((end) => (end === null ? null : Number(end)));
  const label = nameVersions(point);
  const isBaseline = point.version === special.baseline;
  return {
    ...{ id: point.point, status, cost: Number(costPerMonth.amount), quality: quality.estimate },
    label: isBaseline && point.aliases.length > 0 ? `${label} @${point.aliases[0]}` : label,
    name: labels.get(point.point) ?? point.point,
    costInterval: interval(low ?? null, high ?? null),
    qualityInterval: interval(quality.lower, quality.upper),
    isBaseline,
    isWinner: point.point === special.winner,
    tip: describeMark(point, labels),
  };
}

function describeMark(point: ModelFrontierPoint, labels: FrontierView['labels']): TipLine[] {
  const { quality, costPerMonth, replicas, hardware, cascade } = point;
  const ends = (lower: string | null, upper: string | null) =>
    lower === null || upper === null || lower === upper ? '' : ` (${lower} to ${upper})`;
  const money = (amount: string | null) =>
    amount === null ? null : formatMoney({ amount, currency: costPerMonth.currency });
  const measure = (value: number | null) => (value === null ? null : formatMeasure(value));
  return [
    {
      name: 'Quality',
      value: `${formatMeasure(quality.estimate)}${ends(measure(quality.lower), measure(quality.upper))}`,
      variable: '--quality-fill',
    },
    {
      name: 'Cost a month',
      value: `${formatMoney(costPerMonth)}${ends(money(costPerMonth.lower), money(costPerMonth.upper))}`,
      variable: '--cost-fill',
    },
    {
      name: 'Replicas',
      value: cascade === null ? `${formatReplicas(replicas)}, ${hardware.name}` : listStages(cascade),
    },
    { name: 'Examples', value: formatCount(quality.n) },
    ...(cascade === null ? [] : [{ name: describeCascade(cascade), value: '' }]),
    { name: explainStatus(point, labels), value: '', strong: true },
  ];
}

/** Example: "9, 1 x small; 4, 1 x large". */
function listStages({ stages }: PointCascade): string {
  return stages
    .map(({ replicas, configuration }) => `${formatReplicas(replicas)}, ${configuration.hardware.name}`)
    .join('; ');
}

/** `2`, or `1 to 3`. */
export function formatReplicas({ least, most }: ModelFrontierPoint['replicas']): string {
  return least === most ? formatCount(most) : `${formatCount(least)} to ${formatCount(most)}`;
}

/** A line from each tied point to the first frontier point that is as good by the intervals and not more expensive. */
function joinTies(points: readonly ModelFrontierPoint[], marks: readonly FrontierMark[]): FrontierChartData['ties'] {
  const at = new Map(marks.map(({ id, cost, quality, status }) => [id, { place: [cost, quality] as const, status }]));
  return points.flatMap(({ point, status, by }) => {
    if (status !== 'tied') return [];
    const from = at.get(point);
    const to = by.map((id) => at.get(id)).find((one) => one?.status === 'frontier');
    return from === undefined || to === undefined ? [] : [[from.place, to.place] as const];
  });
}

function listBounds(region: ModelFrontier['region'], currency: string): FrontierChartData['bounds'] {
  if (region === null) return [];
  const { lowestQuality, highestQuality, highestCost } = findRegionBounds(region);
  return [
    ...(lowestQuality === null
      ? []
      : [{ axis: 'quality' as const, at: lowestQuality, text: `at least ${formatMeasure(lowestQuality)}` }]),
    ...(highestQuality === null
      ? []
      : [{ axis: 'quality' as const, at: highestQuality, text: `at most ${formatMeasure(highestQuality)}` }]),
    ...(highestCost === null
      ? []
      : [
          {
            axis: 'cost' as const,
            at: highestCost,
            text: `at most ${formatMoney({ amount: String(highestCost), currency })}${nameLimit(region, highestCost)}`,
          },
        ]),
  ];
}

/** A limit of another rule than the cost per month, so that its amount is not taken for the budget a month. */
function nameLimit({ cost }: NonNullable<ModelFrontier['region']>, highest: number): string {
  const rules = cost.filter(({ bound }) => Number(bound) === highest).map(({ rule }) => rule);
  return rules.includes('cost per 1,000 predictions') && rules.length === 1 ? ', the limit per prediction' : '';
}
