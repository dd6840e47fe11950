import type { EChartsCoreOption } from 'echarts/core';
import { decimal, decimalString } from '../../../src/platform/units/schema.ts';
import { axisMoney, formatMoney } from '../format/money.ts';
import { token } from '../theme/scheme.ts';
import { readChartStyle } from './chart-style.ts';
import { chartTip, type TipLine } from './chart-tip.ts';
import { amountBounds, isStep, type ShareLine, scaleStacks, shareAxis, shareLine, shareTip } from './share-line.ts';

export interface BarSeries {
  readonly id: string;
  readonly label: string;
  /** CSS variable of the colour. */
  readonly variable: string;
  /** Exact amount for each slot; null where there is no charge. */
  readonly amounts: readonly (string | null)[];
}

/** A budget or another limit across the chart. */
export interface LimitLine {
  readonly label: string;
  readonly amount: string;
}

/** Something that happened on a slot of the time axis. */
export interface TimeMark {
  readonly slot: string;
  readonly label: string;
}

/** Cost of the same slots in an earlier period, as a line over the bars. */
export interface BeforeLine {
  readonly label: string;
  /** Exact total at each slot of the axis; null where the earlier period has no such slot, or no charge. */
  readonly amounts: readonly (string | null)[];
  /** Name of the earlier slot that each slot is compared with: "3 Oct". */
  readonly slotNames: readonly string[];
}

export interface StackedBarsData {
  readonly slots: readonly string[];
  readonly slotLabel: (slot: string) => string;
  readonly series: readonly BarSeries[];
  readonly currency: string;
  readonly limit?: LimitLine | undefined;
  readonly marks?: readonly TimeMark[] | undefined;
  readonly before?: BeforeLine | undefined;
  readonly share?: ShareLine | undefined;
}

const LABEL_EVERY_PX = 64;

/** The ECharts option of stacked bars. Floats only here, for the pixels; the tooltip has the exact amounts. */
export function stackedBarsOption(data: StackedBarsData): EChartsCoreOption {
  const style = readChartStyle();
  const scale = data.share === undefined ? null : scaleStacks(listStacks(data));
  return {
    animation: false,
    textStyle: style.text,
    grid: { left: 8, right: 8, top: 24, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    tooltip: {
      ...style.tooltip,
      trigger: 'axis',
      axisPointer: { type: 'shadow', shadowStyle: { color: style.ink, opacity: 0.06 } },
      formatter: (points: unknown) => barTip(data, (points as { dataIndex: number }[])[0]?.dataIndex ?? 0),
    },
    toolbox: { feature: { dataZoom: { yAxisIndex: false } }, itemSize: 0, showTitle: false, top: -40 },
    dataZoom: [
      {
        type: 'inside',
        zoomOnMouseWheel: false,
        moveOnMouseMove: false,
        moveOnMouseWheel: false,
        filterMode: 'filter',
      },
    ],
    xAxis: {
      type: 'category',
      data: data.slots,
      axisLine: { lineStyle: { color: style.lineStrong } },
      axisTick: { show: false },
      axisLabel: { ...style.text, formatter: data.slotLabel, hideOverlap: true, minInterval: LABEL_EVERY_PX },
    },
    yAxis: [
      {
        type: 'value',
        splitNumber: 4,
        ...amountBounds(scale),
        axisLabel: {
          ...style.text,
          // The lower end of an aligned axis is no step of it.
          formatter: (value: number) =>
            scale !== null && !isStep(value, scale.step) ? '' : axisMoney(value, data.currency),
        },
        splitLine: { lineStyle: { color: style.line } },
      },
      ...(data.share === undefined ? [] : [shareAxis(scale)]),
    ],
    series: [
      ...data.series.map((series, index) => ({
        ...bars(series, style.surface),
        ...(index === 0 ? annotations(data) : {}),
      })),
      ...(data.before === undefined ? [] : [beforeLine(data.before, style.ink)]),
      ...(data.share === undefined ? [] : [shareLine(data.share)]),
    ],
  };
}

function listStacks({ slots, series }: StackedBarsData): number[][] {
  return slots.map((_, index) => series.map(({ amounts }) => Number(amounts[index] ?? 0)));
}

function bars(series: BarSeries, gap: string) {
  return {
    id: series.id,
    name: series.label,
    type: 'bar',
    stack: 'all',
    barMaxWidth: 56,
    barCategoryGap: '24%',
    cursor: 'pointer',
    itemStyle: { color: token(series.variable), borderColor: gap, borderWidth: 0.5 },
    emphasis: { disabled: true },
    data: series.amounts.map((amount) => (amount === null ? null : Number(amount))),
  };
}

function beforeLine({ label, amounts }: BeforeLine, ink: string) {
  return {
    id: 'before',
    name: label,
    type: 'line',
    step: 'middle',
    symbol: 'none',
    silent: true,
    z: 5,
    lineStyle: { color: ink, width: 1.4, type: [2, 3] },
    data: amounts.map((amount) => (amount === null ? null : Number(amount))),
  };
}

function annotations({ limit, marks = [] }: StackedBarsData) {
  const style = readChartStyle();
  const lines = limit === undefined ? [] : [limitLine(limit, style.ink)];
  return {
    markLine: { precision: 15, silent: true, symbol: 'none', animation: false, data: lines },
    markPoint: {
      silent: false,
      symbol: 'path://M0 0h8L4 6z',
      symbolSize: [9, 7],
      animation: false,
      itemStyle: { color: style.ink },
      label: { show: false },
      data: marks.map((mark) => ({ name: mark.label, xAxis: mark.slot, y: 12 })),
    },
  };
}

function limitLine(limit: LimitLine, ink: string) {
  return {
    yAxis: Number(limit.amount),
    lineStyle: { color: ink, type: [5, 4], width: 1.2 },
    label: { formatter: limit.label, position: 'insideEndTop', color: ink, fontSize: 12 },
  };
}

function barTip(data: StackedBarsData, index: number): HTMLElement {
  const slot = data.slots[index] ?? '';
  const lines: TipLine[] = [];
  let sum = decimal(0);
  for (const series of data.series) {
    const amount = series.amounts[index] ?? null;
    if (amount === null) continue;
    sum = sum.plus(amount);
    lines.push({ name: series.label, value: exact(amount, data.currency), variable: series.variable });
  }
  const total = { name: 'Total', value: exact(decimalString(sum), data.currency), strong: true };
  const marks = (data.marks ?? []).filter((mark) => mark.slot === slot);
  return chartTip(data.slotLabel(slot), [
    ...lines,
    lines.length === 0 ? { name: 'No charge', value: '' } : total,
    ...beforeTip(data, index),
    ...shareTip(data.share, index),
    ...marks.map((mark) => ({ name: mark.label, value: '' })),
  ]);
}

function beforeTip({ before, currency }: StackedBarsData, index: number): TipLine[] {
  const amount = before?.amounts[index] ?? null;
  if (before === undefined || amount === null) return [];
  return [{ name: before.slotNames[index] ?? before.label, value: exact(amount, currency) }];
}

function exact(amount: string, currency: string): string {
  return formatMoney({ amount, currency });
}
