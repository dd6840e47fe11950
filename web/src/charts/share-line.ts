import { formatPercent } from '../format/number.ts';
import { readChartStyle } from './chart-style.ts';
import type { TipLine } from './chart-tip.ts';

/** A share of the whole bar, 0 to 1, as a line over the bars with a separate axis; null where it is unknown. */
export interface ShareLine {
  readonly label: string;
  readonly ratios: readonly (number | null)[];
}

/** Steps of the axes from zero to the top. */
const STEPS = 4;
const NICE = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];
/** Space below zero is a multiple of this share of the height above it. */
const BELOW_STEP = 0.05;

/** Bounds of an axis of amounts and of the axis of the share, so that their lines are the same. */
export interface SharedScale {
  readonly top: number;
  readonly step: number;
  /** Height below zero as a share of the height above it; 0 without negative amounts. */
  readonly below: number;
}

/**
 * The scale of stacked amounts, in four steps from zero; null where nothing is above zero.
 *
 * @example scaleStacks([[295_000, -4_000]]) // { top: 320_000, step: 80_000, below: 0.05 }
 */
export function scaleStacks(stacks: readonly (readonly number[])[]): SharedScale | null {
  const sum = (amounts: readonly number[], sign: 1 | -1) =>
    amounts.reduce((all, amount) => (amount * sign > 0 ? all + amount : all), 0);
  const most = Math.max(0, ...stacks.map((stack) => sum(stack, 1)));
  if (most === 0) return null;
  const least = Math.min(0, ...stacks.map((stack) => sum(stack, -1)));
  const wanted = most / STEPS;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const step = (NICE.find((factor) => factor * power >= wanted) ?? 10) * power;
  const top = step * STEPS;
  return { top, step, below: Math.max(0, Math.ceil(-least / top / BELOW_STEP) * BELOW_STEP) };
}

/** Bounds of the axis on the left, which the share aligns with. */
export function amountBounds(scale: SharedScale | null) {
  return scale === null ? {} : { min: -scale.below * scale.top, max: scale.top, interval: scale.step };
}

export function isStep(value: number, step: number): boolean {
  return Math.abs(value / step - Math.round(value / step)) < 1e-6;
}

/** The axis on the right: 0 to 100 %. */
export function shareAxis(scale: SharedScale | null) {
  return {
    type: 'value',
    min: scale === null ? 0 : -scale.below,
    max: 1,
    interval: 1 / STEPS,
    axisLabel: {
      ...readChartStyle().text,
      formatter: (ratio: number) => (ratio < 0 ? '' : formatPercent(ratio * 100)),
    },
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
