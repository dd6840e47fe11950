import type { EChartsCoreOption } from 'echarts/core';
import { axisMoney, formatMoney } from '../format/money.ts';
import { formatDay } from '../format/time.ts';
import { token } from '../theme/scheme.ts';
import { readChartStyle } from './chart-style.ts';
import { chartTip, type TipLine } from './chart-tip.ts';

export interface FanPoint {
  readonly day: string;
  /** For drawing; null after the last known day. */
  readonly known: number | null;
  /** The exact amount, for the tooltip. */
  readonly knownText: string | null;
  readonly expected: Fan | null;
  /** Forecast without known changes; null where there are no known changes. */
  readonly without: number | null;
}

interface Fan {
  readonly mean: number;
  readonly lo80: number;
  readonly hi80: number;
  readonly lo95: number;
  readonly hi95: number;
}

export interface FanMark {
  readonly day: string;
  readonly label: string;
  /** breach: a limit is probably exceeded; chance: it may be. */
  readonly kind: 'breach' | 'chance' | 'change' | 'restated';
}

interface FanLevel {
  readonly value: number;
  readonly label: string;
}

export interface FanData {
  readonly points: readonly FanPoint[];
  readonly limit: FanLevel | null;
  /** Amounts below the limit, as labelled lines: alert thresholds. */
  readonly levels?: readonly FanLevel[];
  /** Running total of the window before on the same days; null where it is unknown. */
  readonly previous?: readonly (number | null)[] | null;
  readonly marks: readonly FanMark[];
  readonly currency: string;
  readonly isRunning: boolean;
  /** The last day that is known. */
  readonly lastKnown: string;
}

/** Space for the labels of the levels, next to the plot. */
const LABELS_WIDTH = 104;
const OPACITY_95 = 0.14;
const OPACITY_80 = 0.22;
const LINE = 2;
const SYMBOLS = { breach: 'diamond', chance: 'emptyDiamond', change: 'path://M0 0h8L4 6z', restated: 'rect' } as const;

/** The ECharts option of actual values, the forecast, and its intervals. */
export function fanOption(data: FanData): EChartsCoreOption {
  const style = readChartStyle();
  const { points, currency } = data;
  const least = Math.min(0, ...points.flatMap(({ known, expected }) => [known ?? 0, expected?.lo95 ?? 0]));
  return {
    animation: false,
    textStyle: style.text,
    grid: {
      left: 8,
      right: isLabelled(data) ? LABELS_WIDTH : 16,
      top: 28,
      bottom: 4,
      outerBoundsMode: 'same',
      outerBoundsContain: 'axisLabel',
    },
    tooltip: {
      ...style.tooltip,
      trigger: 'axis',
      axisPointer: { type: 'line', lineStyle: { color: style.ink, width: 1, type: [3, 3], opacity: 0.6 } },
      formatter: (items: unknown) => fanTip(data, (items as { dataIndex: number }[])[0]?.dataIndex ?? 0),
    },
    toolbox: { feature: { dataZoom: { yAxisIndex: false } }, itemSize: 0, showTitle: false, top: -40 },
    dataZoom: [{ type: 'inside', zoomOnMouseWheel: false, moveOnMouseMove: false, moveOnMouseWheel: false }],
    xAxis: {
      type: 'category',
      boundaryGap: false,
      data: points.map(({ day }) => day),
      axisLine: { lineStyle: { color: style.lineStrong } },
      axisTick: { show: false },
      axisLabel: { ...style.text, formatter: formatDay, hideOverlap: true },
    },
    yAxis: {
      type: 'value',
      ...(least < 0 ? {} : { min: 0 }),
      ...scaleToLimit(data, least),
      axisLabel: { ...style.text, formatter: (value: number) => axisMoney(value, currency) },
      splitLine: { lineStyle: { color: style.line } },
    },
    series: [
      ...band('95', points, OPACITY_95),
      ...band('80', points, OPACITY_80),
      withoutLine(points),
      ...previousLine(data),
      line(
        'known',
        'solid',
        points.map(({ known }) => known),
        buildFanMarks(data),
      ),
      line(
        'expected',
        [5, 4],
        points.map(({ expected }) => expected?.mean ?? null),
        {},
      ),
    ],
  };
}

function line(id: string, type: 'solid' | readonly number[], values: readonly (number | null)[], marks: object) {
  const color = token('--cost-fill');
  return {
    ...{ id, type: 'line', symbol: 'none', data: values, itemStyle: { color }, emphasis: { disabled: true } },
    lineStyle: { color, width: LINE, type },
    ...{ z: 3, ...marks },
  };
}

function isLabelled({ levels = [] }: FanData): boolean {
  return levels.length > 0;
}

const TICKS = 4;

/** The limit of the budget is always visible, however far above it is; ticks are round amounts up to the top of the plot. */
function scaleToLimit(
  { limit, points, previous }: FanData,
  least: number,
): { readonly min?: number; readonly max?: number; readonly interval?: number } {
  if (limit === null) return {};
  const values = points.flatMap(({ known, expected }) => [known ?? 0, expected?.hi95 ?? 0]);
  const most = Math.max(limit.value * 1.04, ...values, ...(previous ?? []).map((value) => value ?? 0));
  const interval = roundUp(most / TICKS);
  return { interval, min: Math.floor(least / interval) * interval, max: Math.ceil(most / interval) * interval };
}

/** The next of 1, 2, 2.5 and 5 times a power of ten: 61,000 -> 100,000; 42 -> 50. */
function roundUp(amount: number): number {
  if (amount <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(amount));
  const step = [1, 2, 2.5, 5].find((one) => one * power >= amount) ?? 10;
  return step * power;
}

/** The window before, thin and grey. */
function previousLine({ previous }: FanData): object[] {
  if (previous == null) return [];
  const { color } = readChartStyle().text;
  return [
    {
      ...{ id: 'previous', type: 'line', symbol: 'none', data: previous, silent: true, emphasis: { disabled: true } },
      ...{ itemStyle: { color }, lineStyle: { color, width: 1.4, opacity: 0.55 }, z: 2 },
    },
  ];
}

function withoutLine(points: readonly FanPoint[]) {
  const { color } = readChartStyle().text;
  return {
    ...{ id: 'without', type: 'line', symbol: 'none', data: points.map(({ without }) => without), silent: true },
    ...{ itemStyle: { color }, lineStyle: { color, width: 1.2, type: [2, 3] }, z: 2 },
  };
}

/** The lower end, not drawn, and upon it the width of the interval as an area. */
function band(level: '80' | '95', points: readonly FanPoint[], opacity: number): object[] {
  const ends = points.map(({ expected }) =>
    expected === null ? null : level === '80' ? [expected.lo80, expected.hi80] : [expected.lo95, expected.hi95],
  );
  const shared = {
    type: 'line',
    symbol: 'none',
    silent: true,
    stack: level,
    stackStrategy: 'all',
    lineStyle: { opacity: 0 },
  };
  return [
    { ...shared, id: `${level} lower`, data: ends.map((pair) => pair?.[0] ?? null) },
    {
      ...{ ...shared, id: `${level} width`, areaStyle: { color: token('--cost-fill'), opacity } },
      data: ends.map((pair) => (pair === null ? null : (pair[1] as number) - (pair[0] as number))),
    },
  ];
}

function buildFanMarks(data: FanData): object {
  const { limit, levels = [], marks, points, lastKnown } = data;
  const style = readChartStyle();
  const quiet = { color: style.lineStrong, width: 1, type: 'solid' as const };
  const today = points.some(({ day }) => day === lastKnown)
    ? [{ xAxis: lastKnown, lineStyle: { ...quiet, type: [2, 3] }, label: { show: false } }]
    : [];
  const budget =
    limit === null
      ? []
      : [
          {
            yAxis: limit.value,
            lineStyle: { color: style.ink, type: [5, 4], width: 1.2 },
            label: {
              ...{ show: true, formatter: limit.label, color: style.ink, fontSize: 12 },
              position: isLabelled(data) ? 'end' : 'insideStartTop',
            },
          },
        ];
  const thresholds = levels.map(({ value, label }) => ({
    yAxis: value,
    lineStyle: { color: style.text.color, type: [2, 4], width: 1 },
    label: { show: true, formatter: label, position: 'end', color: style.text.color, fontSize: 12 },
  }));
  return {
    markLine: {
      ...{ silent: true, symbol: 'none', animation: false, label: { show: false } },
      data: [
        ...today,
        ...budget,
        ...thresholds,
        ...marks.map(({ day }) => ({ xAxis: day, lineStyle: quiet, label: { show: false } })),
      ],
    },
    markPoint: {
      ...{ silent: true, animation: false, label: { show: false } },
      data: marks.map(({ day, label, kind }) => ({
        ...{
          name: label,
          xAxis: day,
          y: 14,
          symbol: SYMBOLS[kind],
          symbolSize: kind === 'breach' || kind === 'chance' ? 11 : 8,
        },
        itemStyle: { color: kind === 'breach' ? token('--bad') : style.ink },
      })),
    },
  };
}

function fanTip({ points, marks, currency, isRunning, limit, previous }: FanData, index: number): HTMLElement {
  const point = points[index];
  if (point === undefined) return chartTip('', []);
  const money = (amount: string) => formatMoney({ amount, currency });
  const about = (value: number) => money(value.toFixed(2));
  const text = marks.filter(({ day }) => day === point.day).map(({ label }): TipLine => ({ name: label, value: '' }));
  const { expected, knownText } = point;
  const lines: TipLine[] =
    knownText !== null
      ? [{ name: isRunning ? 'billed so far' : 'billed', value: money(knownText), variable: '--cost-fill' }]
      : expected === null
        ? []
        : [
            { name: isRunning ? 'expected to date' : 'expected', value: about(expected.mean), variable: '--cost-fill' },
            { name: '80 %', value: `${about(expected.lo80)} to ${about(expected.hi80)}` },
            { name: '95 %', value: `${about(expected.lo95)} to ${about(expected.hi95)}` },
          ];
  if (point.without !== null && knownText === null) {
    lines.push({ name: 'without known changes', value: about(point.without) });
  }
  const then = previous?.[index] ?? null;
  if (then !== null) lines.push({ name: 'previous period', value: about(then) });
  const budget: TipLine[] = limit === null ? [] : [{ name: limit.label, value: '' }];
  return chartTip(formatDay(point.day), [...text, ...lines, ...budget]);
}
