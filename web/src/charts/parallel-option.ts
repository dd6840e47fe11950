import type { EChartsCoreOption } from 'echarts/core';
import { token } from '../theme/scheme.ts';
import { readChartStyle } from './chart-style.ts';
import { chartTip } from './chart-tip.ts';

export interface ParallelAxis {
  readonly id: string;
  readonly label: string;
  /** Blue for quality, amber for cost, ink for inputs. */
  readonly meaning: 'quality' | 'cost' | 'given';
  /** Names of a category axis, in order; null for numbers. */
  readonly categories: readonly string[] | null;
  readonly format: (value: number) => string;
}

export interface ParallelLine {
  readonly id: string;
  readonly name: string;
  readonly variable: string;
  readonly grey: boolean;
  /** Within all brushes. */
  readonly kept: boolean;
  /** Place on each axis; null where there is none. */
  readonly values: readonly (number | null)[];
}

export interface ParallelData {
  readonly axes: readonly ParallelAxis[];
  readonly lines: readonly ParallelLine[];
}

const INK = { quality: '--quality', cost: '--cost', given: '--ink-2' } as const;

/** The ECharts option of parallel coordinates: an axis for each column, a line for each run. */
export function parallelOption(data: ParallelData): EChartsCoreOption {
  const style = readChartStyle();
  return {
    animation: false,
    textStyle: style.text,
    tooltip: {
      ...style.tooltip,
      trigger: 'item',
      formatter: (item: unknown) => lineTip(data, (item as { seriesId: string }).seriesId),
    },
    parallel: {
      left: 64,
      right: 88,
      top: 44,
      bottom: 24,
      parallelAxisDefault: {
        nameLocation: 'end',
        nameGap: 18,
        axisTick: { show: false },
        areaSelectStyle: { width: 18, borderWidth: 1, borderColor: style.ink, color: style.ink, opacity: 0.1 },
      },
    },
    parallelAxis: data.axes.map((axis, dim) => ({
      id: axis.id,
      dim,
      name: axis.label,
      nameTextStyle: {
        color: token(INK[axis.meaning]),
        fontWeight: 600,
        fontSize: 12,
        width: 130,
        overflow: 'truncate',
      },
      type: axis.categories === null ? 'value' : 'category',
      ...(axis.categories === null ? { scale: true, splitNumber: 4 } : { data: axis.categories }),
      axisLine: { lineStyle: { color: style.lineStrong } },
      axisLabel: {
        ...style.text,
        textBorderColor: style.surface,
        textBorderWidth: 3,
        ...(axis.categories === null ? { formatter: (value: number) => axis.format(value) } : {}),
      },
    })),
    series: data.lines.map((line) => ({
      id: line.id,
      name: line.name,
      type: 'parallel',
      z: line.grey ? 2 : 3,
      lineStyle: {
        color: token(line.variable),
        width: line.grey ? 1 : 1.75,
        opacity: line.kept ? (line.grey ? 0.7 : 0.95) : 0.08,
      },
      inactiveOpacity: 0.06,
      emphasis: { lineStyle: { width: 3, opacity: 1 } },
      data: [line.values.map((value) => value ?? '-')],
    })),
  };
}

function lineTip({ axes, lines }: ParallelData, id: string): HTMLElement {
  const line = lines.find((one) => one.id === id);
  if (line === undefined) return chartTip('', []);
  return chartTip(
    line.name,
    axes.map((axis, index) => {
      const value = line.values[index] ?? null;
      const text =
        value === null ? '–' : axis.categories === null ? axis.format(value) : (axis.categories[value] ?? '–');
      return { name: axis.label, value: text };
    }),
  );
}
