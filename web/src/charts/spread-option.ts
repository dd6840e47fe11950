import type { EChartsCoreOption } from 'echarts/core';
import { formatPercent } from '../format/number.ts';
import { token } from '../theme/scheme.ts';
import { readChartStyle } from './chart-style.ts';
import { chartTip } from './chart-tip.ts';

export interface SpreadBin {
  readonly label: string;
  /** Percent of each side. */
  readonly reference: number;
  readonly current: number;
  /** Exact values of both for the tooltip. */
  readonly text: readonly [reference: string, current: string];
}

export interface Spread {
  readonly bins: readonly SpreadBin[];
  /** Bins of numbers follow each other without a gap. */
  readonly isOrdered: boolean;
  /** The largest difference, as text. */
  readonly text: string;
}

export const SIDES = {
  reference: { name: 'Reference', variable: '--cat-other' },
  current: { name: 'This window', variable: '--seq-3' },
} as const;

/** The ECharts option of two distributions side by side, bin by bin. */
export function spreadOption({ bins, isOrdered }: Spread): EChartsCoreOption {
  const style = readChartStyle();
  const side = (key: keyof typeof SIDES) => ({
    ...{
      id: key,
      name: SIDES[key].name,
      type: 'bar',
      barGap: '0%',
      barCategoryGap: isOrdered ? '12%' : '32%',
      barMaxWidth: 40,
    },
    ...{ emphasis: { disabled: true }, itemStyle: { color: token(SIDES[key].variable) } },
    data: bins.map((bin) => bin[key]),
  });
  return {
    animation: false,
    textStyle: style.text,
    grid: { left: 8, right: 8, top: 12, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    tooltip: {
      ...style.tooltip,
      trigger: 'axis',
      axisPointer: { type: 'shadow', shadowStyle: { color: style.ink, opacity: 0.06 } },
      formatter: (items: unknown) => {
        const bin = bins[(items as { dataIndex: number }[])[0]?.dataIndex ?? 0];
        if (bin === undefined) return '';
        return chartTip(bin.label, [
          { ...SIDES.reference, value: bin.text[0] },
          { ...SIDES.current, value: bin.text[1] },
        ]);
      },
    },
    xAxis: {
      type: 'category',
      data: bins.map(({ label }) => label),
      axisLine: { lineStyle: { color: style.lineStrong } },
      axisTick: { show: false },
      axisLabel: { ...style.text, hideOverlap: true, width: 96, overflow: 'truncate' },
    },
    yAxis: {
      ...{ type: 'value', min: 0, splitNumber: 3, splitLine: { lineStyle: { color: style.line } } },
      axisLabel: { ...style.text, formatter: (percent: number) => formatPercent(percent) },
    },
    series: [side('reference'), side('current')],
  };
}
