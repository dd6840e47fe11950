import type { EChartsCoreOption } from 'echarts/core';
import { formatScaled, type UnitScale, unitScale } from '../format/money.ts';
import { formatMeasure } from '../format/number.ts';
import { token } from '../theme/scheme.ts';
import { readChartStyle } from './chart-style.ts';
import { chartTip } from './chart-tip.ts';
import { type BoundLine, boundLines, type Domain, qualityCostPlane } from './quality-cost-plane.ts';

export interface VersionPoint {
  readonly id: string;
  readonly label: string;
  readonly quality: number;
  readonly interval: { readonly lower: number; readonly upper: number } | null;
  readonly cost: number;
  /** Exact cost per 1,000 predictions, for the tooltip. */
  readonly exactCost: string;
  readonly champion: boolean;
}

/** Costs are for this number of predictions. */
const PREDICTIONS = 1000;

export interface QualityCostData {
  readonly points: readonly VersionPoint[];
  readonly metric: string;
  readonly currency: string;
  /** Bounds of the policy; null where it has none. */
  readonly floor: number | null;
  readonly ceiling: number | null;
  readonly higherIsBetter: boolean;
  readonly logCost: boolean;
  /** Both axes, from and to. */
  readonly costDomain: Domain;
  readonly qualityDomain: Domain;
  /** Round values for a logarithmic cost axis; null lets the axis choose. */
  readonly costTicks: readonly number[] | null;
}

/** The ECharts option of quality (up, blue) against cost (right, amber), with the policy's bounds as lines. */
export function qualityCostOption(data: QualityCostData): EChartsCoreOption {
  const chartStyle = readChartStyle();
  const scale = pickScale(data);
  return {
    ...qualityCostPlane({
      ...data,
      style: chartStyle,
      costName: `Cost per ${scale.per} predictions`,
      costFactor: scale.factor,
    }),
    tooltip: {
      ...chartStyle.tooltip,
      trigger: 'item',
      formatter: (item: unknown) => pointTip(data, (item as { dataIndex: number }).dataIndex),
    },
    series: [whiskers(data), points(data)],
  };
}

/** One unit scale for the axis and the limit, as in the tables next to it: that of the cheapest version. */
function pickScale({ points }: QualityCostData): UnitScale {
  const costs = points.map(({ cost }) => cost).filter((cost) => cost > 0);
  return unitScale(String(costs.length === 0 ? 0 : Math.min(...costs)), PREDICTIONS);
}

function points(data: QualityCostData) {
  const chartStyle = readChartStyle();
  return {
    id: 'versions',
    type: 'scatter',
    symbolSize: 10,
    z: 3,
    itemStyle: { color: chartStyle.surface, borderColor: chartStyle.ink, borderWidth: 2, opacity: 1 },
    label: { show: true, position: 'top', distance: 8, color: chartStyle.ink, fontSize: 12 },
    labelLayout: { hideOverlap: true, moveOverlap: 'shiftY' },
    emphasis: { disabled: true },
    data: data.points.map((point) => ({
      value: [point.cost, point.quality],
      label: { formatter: point.label, fontWeight: point.champion ? 700 : 400 },
      ...(point.champion ? { symbol: 'diamond', symbolSize: 15, itemStyle: { color: chartStyle.ink } } : {}),
    })),
    ...bounds(data),
  };
}

function bounds(data: QualityCostData) {
  const { floor, ceiling, higherIsBetter, currency, costDomain, qualityDomain } = data;
  const chartStyle = readChartStyle();
  const scale = pickScale(data);
  const lines: BoundLine[] = [];
  if (floor !== null) {
    lines.push({
      axis: 'quality',
      at: floor,
      text: `${higherIsBetter ? 'at least' : 'at most'} ${formatMeasure(floor)}`,
    });
  }
  if (ceiling !== null) {
    const text = `at most ${formatScaled({ amount: String(ceiling), currency }, scale)}`;
    lines.push({ axis: 'cost', at: ceiling, text });
  }
  return {
    markLine: boundLines(lines),
    ...(floor === null || ceiling === null
      ? {}
      : {
          markArea: {
            silent: true,
            itemStyle: { color: chartStyle.ink, opacity: 0.045 },
            data: [
              [
                { yAxis: floor, xAxis: costDomain[0] },
                { yAxis: qualityDomain[higherIsBetter ? 1 : 0], xAxis: ceiling },
              ],
            ],
          },
        }),
  };
}

interface RenderApi {
  readonly value: (dimension: number) => number;
  readonly coord: (value: readonly [number, number]) => [number, number];
}

function whiskers(data: QualityCostData) {
  const colour = token('--quality-fill');
  const half = 6;
  return {
    id: 'intervals',
    type: 'custom',
    silent: true,
    z: 2,
    data: data.points
      .filter((point) => point.interval !== null)
      .map((point) => [point.cost, point.interval?.lower, point.interval?.upper]),
    encode: { x: 0, y: [1, 2] },
    renderItem: (_: unknown, api: RenderApi) => {
      const [x, low] = api.coord([api.value(0), api.value(1)]);
      const [, high] = api.coord([api.value(0), api.value(2)]);
      const line = (x1: number, y1: number, x2: number, y2: number) => ({
        type: 'line',
        shape: { x1, y1, x2, y2 },
        style: { stroke: colour, lineWidth: 1.5 },
      });
      return {
        type: 'group',
        children: [line(x, low, x, high), line(x - half, low, x + half, low), line(x - half, high, x + half, high)],
      };
    },
  };
}

function pointTip(data: QualityCostData, index: number): HTMLElement {
  const point = data.points[index];
  if (point === undefined) return chartTip('', []);
  const scale = unitScale(point.exactCost, PREDICTIONS);
  const interval =
    point.interval === null
      ? ''
      : ` (${formatMeasure(point.interval.lower)} to ${formatMeasure(point.interval.upper)})`;
  return chartTip(point.label, [
    { name: data.metric, value: `${formatMeasure(point.quality)}${interval}`, variable: '--quality-fill' },
    {
      name: `Per ${scale.per} predictions`,
      value: formatScaled({ amount: point.exactCost, currency: data.currency }, scale),
      variable: '--cost-fill',
    },
  ]);
}
