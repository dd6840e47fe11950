import type { EChartsCoreOption } from 'echarts/core';
import { formatPercent } from '../format/number.ts';
import { token } from '../theme/scheme.ts';
import { readChartStyle } from './chart-style.ts';
import { chartTip } from './chart-tip.ts';

export interface ShareSeries {
  readonly id: string;
  readonly label: string;
  /** CSS variable of the colour. */
  readonly variable: string;
  /** 0 to 1 for each slot; null where nothing is known. */
  readonly shares: readonly (number | null)[];
}

export interface ShareLinesData {
  readonly slots: readonly string[];
  readonly slotLabel: (slot: string) => string;
  /** Text below the axis; empty for no text. Default: the slot label. */
  readonly axisText?: ((slot: string, index: number) => string) | undefined;
  readonly series: readonly ShareSeries[];
}

/**
 * The ECharts option of shares over time as lines, from 0 to 100 %. Each line is named at its end where the name fits.
 */
export function shareLinesOption({ slots, slotLabel, axisText, series }: ShareLinesData): EChartsCoreOption {
  const style = readChartStyle();
  return {
    animation: false,
    textStyle: style.text,
    grid: { left: 8, right: 16, top: 16, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    tooltip: {
      ...style.tooltip,
      trigger: 'axis',
      formatter: (points: unknown) =>
        tip({ slots, slotLabel, series }, (points as { dataIndex: number }[])[0]?.dataIndex ?? 0),
    },
    toolbox: { feature: { dataZoom: { yAxisIndex: false } }, itemSize: 0, showTitle: false, top: -40 },
    dataZoom: [{ type: 'inside', zoomOnMouseWheel: false, moveOnMouseMove: false, moveOnMouseWheel: false }],
    xAxis: {
      type: 'category',
      data: slots,
      axisLine: { lineStyle: { color: style.lineStrong } },
      axisTick: { show: false },
      axisLabel: {
        ...style.text,
        formatter: axisText ?? slotLabel,
        hideOverlap: true,
        ...(axisText === undefined ? {} : { interval: 0 }),
      },
    },
    yAxis: {
      type: 'value',
      min: 0,
      max: 1,
      interval: 0.25,
      axisLabel: { ...style.text, formatter: (value: number) => formatPercent(value * 100) },
      splitLine: { lineStyle: { color: style.line } },
    },
    series: series.map(({ id, label, variable, shares }, index) => ({
      id,
      name: label,
      type: 'line',
      symbol: 'circle',
      symbolSize: 4,
      showSymbol: slots.length < 2,
      emphasis: { disabled: true },
      // Lines with the same values stay visible: every second one is dashed over the one before.
      lineStyle: { color: token(variable), width: 2, type: index % 2 === 0 ? 'solid' : 'dashed' },
      itemStyle: { color: token(variable) },
      data: shares,
    })),
  };
}

function tip({ slots, slotLabel, series }: ShareLinesData, index: number): HTMLElement {
  return chartTip(
    slotLabel(slots[index] ?? ''),
    series.flatMap(({ label, variable, shares }) => {
      const share = shares[index] ?? null;
      return share === null ? [] : [{ name: label, value: formatPercent(share * 100), variable }];
    }),
  );
}
