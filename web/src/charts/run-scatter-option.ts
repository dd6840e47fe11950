import type { EChartsCoreOption } from 'echarts/core';
import { token } from '../theme/scheme.ts';
import { readChartStyle } from './chart-style.ts';
import { chartTip } from './chart-tip.ts';

export interface ScatterAxis {
  readonly label: string;
  readonly meaning: 'quality' | 'cost' | 'given';
  readonly format: (value: number) => string;
  /** Ends of a logarithmic axis; null for an even one. */
  readonly logDomain?: readonly [number, number] | null;
}

export interface ScatterPoint {
  readonly id: string;
  readonly name: string;
  readonly variable: string;
  readonly x: number;
  readonly y: number;
  /** No other point beats it on both axes. */
  readonly front: boolean;
}

export interface RunScatterData {
  readonly x: ScatterAxis;
  readonly y: ScatterAxis;
  /** In order of x. */
  readonly points: readonly ScatterPoint[];
}

const INK = { quality: '--quality', cost: '--cost', given: '--ink-2' } as const;
const LINE = { quality: '--quality-fill', cost: '--cost-fill', given: '--line-strong' } as const;

/** The ECharts option of runs by two of their figures, with the line of the Pareto-optimal ones. */
export function runScatterOption(data: RunScatterData): EChartsCoreOption {
  const style = readChartStyle();
  return {
    animation: false,
    textStyle: style.text,
    grid: { left: 8, right: 28, top: 28, bottom: 8, outerBoundsMode: 'same', outerBoundsContain: 'all' },
    tooltip: {
      ...style.tooltip,
      trigger: 'item',
      formatter: (item: unknown) => pointTip(data, (item as { dataIndex: number }).dataIndex),
    },
    xAxis: { ...axis(data.x, style), nameGap: 32 },
    yAxis: { ...axis(data.y, style), nameGap: 52 },
    series: [frontLine(data, style.ink), marks(data)],
  };
}

function axis({ label, meaning, format, logDomain = null }: ScatterAxis, style: ReturnType<typeof readChartStyle>) {
  return {
    // The cost axis starts at zero; the quality axis does not.
    ...(logDomain === null
      ? { type: 'value', scale: meaning !== 'cost', boundaryGap: [meaning === 'cost' ? 0 : '8%', '8%'] }
      : { type: 'log', min: logDomain[0], max: logDomain[1] }),
    splitNumber: 4,
    name: label,
    nameLocation: 'middle',
    nameTextStyle: { color: token(INK[meaning]), fontWeight: 600, fontSize: 12 },
    axisLine: { show: true, onZero: false, lineStyle: { color: token(LINE[meaning]), width: 2 } },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: style.line } },
    axisLabel: { ...style.text, hideOverlap: true, showMinLabel: false, showMaxLabel: false, formatter: format },
  };
}

function frontLine({ points }: RunScatterData, color: string) {
  return {
    id: 'front',
    type: 'line',
    silent: true,
    symbol: 'none',
    z: 2,
    lineStyle: { color, width: 1.2, type: [5, 4] },
    data: points.filter(({ front }) => front).map(({ x, y }) => [x, y]),
  };
}

function marks({ points }: RunScatterData) {
  const style = readChartStyle();
  return {
    id: 'runs',
    type: 'scatter',
    z: 3,
    label: { show: true, position: 'top', distance: 7, color: style.ink, fontSize: 12 },
    labelLayout: { hideOverlap: true },
    emphasis: { disabled: true },
    data: points.map(({ x, y, name, front, variable }) => ({
      value: [x, y],
      symbol: front ? 'diamond' : 'circle',
      symbolSize: front ? 14 : 9,
      itemStyle: {
        color: token(variable),
        borderColor: front ? style.ink : style.surface,
        borderWidth: front ? 1.5 : 1,
      },
      label: { formatter: name, fontWeight: front ? 600 : 400, color: front ? style.ink : token('--ink-2') },
    })),
  };
}

function pointTip({ x, y, points }: RunScatterData, index: number): HTMLElement {
  const point = points[index];
  if (point === undefined) return chartTip('', []);
  return chartTip(point.name, [
    { name: y.label, value: y.format(point.y) },
    { name: x.label, value: x.format(point.x) },
    ...(point.front ? [{ name: 'No other run shown is better on both axes', value: '' }] : []),
  ]);
}
