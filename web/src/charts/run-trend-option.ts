import type { EChartsCoreOption } from 'echarts/core';
import { token } from '../theme/scheme.ts';
import { readChartStyle } from './chart-style.ts';
import { chartTip } from './chart-tip.ts';

export interface TrendPoint {
  readonly id: string;
  readonly label: string;
  /** In a word, such as `succeeded`. */
  readonly state: string;
  /** False for a run that did not succeed. It is drawn hollow, because it may have been cut short. */
  readonly isWell: boolean;
  /** For drawing; null where nothing is known. */
  readonly value: number | null;
  /** The exact figure, or why there is none. */
  readonly text: string;
}

export interface RunTrendData {
  readonly points: readonly TrendPoint[];
  /** Name of the measure for the tooltip: "Cost". */
  readonly what: string;
  /** CSS variable of their colour. */
  readonly variable: string;
  readonly axisText: (value: number) => string;
}

const BAR_MAX_WIDTH = 28;

/** The ECharts option of one bar for each run, from zero; hollow where the run did not succeed. */
export function runTrendOption({ points, what, variable, axisText }: RunTrendData): EChartsCoreOption {
  const style = readChartStyle();
  const colour = token(variable);
  return {
    animation: false,
    textStyle: style.text,
    grid: { left: 8, right: 8, top: 16, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    tooltip: {
      ...style.tooltip,
      trigger: 'axis',
      axisPointer: { type: 'shadow', shadowStyle: { color: style.ink, opacity: 0.06 } },
      formatter: (items: unknown) => {
        const point = points[(items as { dataIndex: number }[])[0]?.dataIndex ?? 0];
        if (point === undefined) return '';
        return chartTip(`${point.label} ${point.state}`, [{ name: what, value: point.text, variable }]);
      },
    },
    xAxis: {
      type: 'category',
      data: points.map(({ label }) => label),
      axisLine: { lineStyle: { color: style.lineStrong } },
      axisTick: { show: false },
      axisLabel: { ...style.text, hideOverlap: true },
    },
    yAxis: {
      type: 'value',
      min: 0,
      splitNumber: 2,
      axisLabel: { ...style.text, formatter: axisText },
      splitLine: { lineStyle: { color: style.line } },
    },
    series: [
      {
        id: 'runs',
        type: 'bar',
        barMaxWidth: BAR_MAX_WIDTH,
        barCategoryGap: '24%',
        cursor: 'pointer',
        emphasis: { disabled: true },
        data: points.map(({ value, isWell }) => ({
          value,
          itemStyle: isWell
            ? { color: colour }
            : { color: style.surface, borderColor: colour, borderWidth: 1.5, borderType: [3, 2] },
        })),
      },
    ],
  };
}
