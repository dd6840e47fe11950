import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from 'echarts';
import type { EChartsCoreOption } from 'echarts/core';
import { axisMoney, exactMoney } from '../format/money.ts';
import { readChartStyle } from './chart-style.ts';
import { chartTip } from './chart-tip.ts';
import type { WaterfallData } from './waterfall-data.ts';
import { drawStep, zeroLine } from './waterfall-shapes.ts';

/** Space for the figure next to the longest bar. */
const FIGURE_PX = 88;

/** The ECharts option of a waterfall: each bar starts at the end of the last one, the first at zero. */
export function waterfallOption(data: WaterfallData): EChartsCoreOption {
  const style = readChartStyle();
  const { isUpright } = data;
  const axes = [stepAxis(data), amountAxis(data)];
  const [xAxis, yAxis] = isUpright ? axes.toReversed() : axes;
  return {
    animation: false,
    textStyle: style.text,
    grid: {
      ...{ left: 8, right: isUpright ? FIGURE_PX : 8, top: isUpright ? 8 : 28, bottom: 4 },
      ...{ outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    },
    tooltip: {
      ...style.tooltip,
      trigger: 'axis',
      axisPointer: { type: 'shadow', axis: isUpright ? 'y' : 'x', shadowStyle: { color: style.ink, opacity: 0.06 } },
      formatter: (points: unknown) => stepTip(data, (points as { dataIndex: number }[])[0]?.dataIndex ?? 0),
    },
    xAxis,
    yAxis,
    series: [
      {
        type: 'custom',
        cursor: 'pointer',
        encode: isUpright ? { y: 0, x: [1, 2] } : { x: 0, y: [1, 2] },
        data: data.steps.map(({ start, end }, index) => [index, start, end]),
        renderItem: (params: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) =>
          drawStep(data, params.dataIndex, api),
      },
      {
        type: 'custom',
        silent: true,
        data: [[0, 0]],
        renderItem: (params: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) =>
          zeroLine(isUpright, params, api),
      },
    ],
  };
}

function stepAxis({ steps, isUpright }: WaterfallData) {
  const style = readChartStyle();
  return {
    type: 'category',
    inverse: isUpright,
    data: steps.map(({ label }) => label),
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: { ...style.text, color: style.ink, interval: 0, margin: 12 },
  };
}

function amountAxis({ currency, isUpright, steps }: WaterfallData) {
  const style = readChartStyle();
  const gap = isUpright ? '2%' : '8%';
  const goesBelowZero = steps.some(({ start, end }) => start < 0 || end < 0);
  return {
    type: 'value',
    splitNumber: isUpright ? 2 : 4,
    // Space for the figures above and below the bars.
    boundaryGap: [goesBelowZero ? gap : 0, gap],
    axisLabel: { ...style.text, formatter: (value: number) => axisMoney(value, currency) },
    splitLine: { lineStyle: { color: style.line } },
  };
}

function stepTip({ steps, currency }: WaterfallData, index: number): HTMLElement {
  const step = steps[index];
  if (step === undefined) return chartTip('', []);
  const value = exactMoney({ amount: step.amount, currency });
  return chartTip(step.label, [{ name: step.isSum ? 'Total' : 'Effect', value, strong: step.isSum }, ...step.lines]);
}
