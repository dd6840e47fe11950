import { axisMoney } from '../format/money.ts';
import { formatMeasure } from '../format/number.ts';
import { token } from '../theme/scheme.ts';
import type { readChartStyle } from './chart-style.ts';

/** From and to. */
export type Domain = readonly [number, number];

interface Plane {
  readonly style: ReturnType<typeof readChartStyle>;
  readonly costName: string;
  /** Costs are multiplied by it for the labels of the axis. */
  readonly costFactor: number;
  readonly currency: string;
  readonly logCost: boolean;
  readonly costDomain: Domain;
  /** Round values for a logarithmic cost axis; null lets the axis choose. */
  readonly costTicks: readonly number[] | null;
  readonly metric: string;
  readonly qualityDomain: Domain;
}

/** The plane of quality (up, blue) against cost (right, amber), as part of an ECharts option. */
export function qualityCostPlane(plane: Plane) {
  const { style, costName, costFactor, currency, logCost, costDomain, costTicks, metric, qualityDomain } = plane;
  // The ends of the axes are wherever the data ends, not round figures; only 0 is one.
  const inner = { hideOverlap: true, showMinLabel: false, showMaxLabel: false };
  return {
    animation: false,
    textStyle: style.text,
    grid: { left: 8, right: 24, top: 28, bottom: 8, outerBoundsMode: 'same', outerBoundsContain: 'all' },
    xAxis: {
      ...axis(costName, token('--cost'), token('--cost-fill'), style.line),
      type: logCost ? 'log' : 'value',
      min: costDomain[0],
      max: costDomain[1],
      nameGap: 32,
      ...(costTicks === null ? {} : { axisTick: { show: true, customValues: costTicks } }),
      axisLabel: {
        ...style.text,
        ...(costTicks === null ? { ...inner, showMinLabel: costDomain[0] === 0 } : { customValues: costTicks }),
        hideOverlap: true,
        formatter: (value: number) => axisMoney(value * costFactor, currency),
      },
    },
    yAxis: {
      ...axis(metric, token('--quality'), token('--quality-fill'), style.line),
      type: 'value',
      min: qualityDomain[0],
      max: qualityDomain[1],
      nameGap: 48,
      axisLabel: { ...style.text, ...inner, formatter: (value: number) => formatMeasure(value) },
    },
  };
}

function axis(name: string, text: string, line: string, grid: string) {
  return {
    name,
    nameLocation: 'middle',
    nameTextStyle: { color: text, fontWeight: 600, fontSize: 12 },
    axisLine: { show: true, onZero: false, lineStyle: { color: line, width: 2 } },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: grid } },
    minorSplitLine: { show: false },
  };
}

/** Bound of a policy on one axis, with its text. */
export interface BoundLine {
  readonly axis: 'cost' | 'quality';
  readonly at: number;
  readonly text: string;
}

/** Bounds of a policy as dashed lines across the plane. */
export function boundLines(bounds: readonly BoundLine[]) {
  const dashed = { type: [5, 4], width: 1.4 };
  return {
    // By default ECharts rounds the position of a line to two decimals; costs can be far smaller.
    precision: 15,
    silent: true,
    symbol: 'none',
    animation: false,
    data: bounds.map(({ axis: on, at, text }) =>
      on === 'quality'
        ? {
            yAxis: at,
            lineStyle: { color: token('--quality-fill'), ...dashed },
            label: { formatter: text, position: 'insideEndTop', color: token('--quality'), fontSize: 12 },
          }
        : {
            xAxis: at,
            lineStyle: { color: token('--cost-fill'), ...dashed },
            label: { formatter: text, position: 'end', color: token('--cost'), fontSize: 12 },
          },
    ),
  };
}
