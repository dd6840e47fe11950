import { formatPercent } from '../format/number.ts';
import { readChartStyle } from './chart-style.ts';
import type { TipLine } from './chart-tip.ts';

/** A share of the whole bar, 0 to 1, as a line over the bars with a separate axis; null where it is unknown. */
export interface ShareLine {
  readonly label: string;
  readonly ratios: readonly (number | null)[];
}

/** The axis on the right: 0 to 100 %. */
export function shareAxis() {
  return {
    type: 'value',
    min: 0,
    max: 1,
    interval: 0.25,
    axisLabel: { ...readChartStyle().text, formatter: (ratio: number) => formatPercent(ratio * 100) },
    splitLine: { show: false },
  };
}

export function shareLine({ label, ratios }: ShareLine) {
  const style = readChartStyle();
  return {
    id: 'share',
    name: label,
    type: 'line',
    yAxisIndex: 1,
    z: 5,
    data: ratios,
    symbol: 'circle',
    symbolSize: 7,
    silent: true,
    emphasis: { disabled: true },
    lineStyle: { color: style.ink, width: 1.6 },
    itemStyle: { color: style.surface, borderColor: style.ink, borderWidth: 1.6 },
  };
}

/** The share at a slot, for the tooltip; nothing where it is unknown. */
export function shareTip(share: ShareLine | undefined, index: number): TipLine[] {
  const ratio = share?.ratios[index] ?? null;
  return share === undefined || ratio === null ? [] : [{ name: share.label, value: formatPercent(ratio * 100) }];
}
