import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from 'echarts';
import { formatMoneyDelta } from '../format/money.ts';
import { readChartStyle } from './chart-style.ts';
import type { WaterfallData, WaterfallStep } from './waterfall-data.ts';

const BAR_PART = 0.56;
const MAX_BAR_PX = 72;
const PALE = 0.35;
const LABEL_GAP_PX = 6;

/** A step in pixels: its position along the axis of the steps, and the start and end of its bar. */
interface Place {
  readonly middle: number;
  readonly from: number;
  readonly to: number;
  readonly slot: number;
  readonly width: number;
}

/** The bar of a step, its figure, and the thin line that joins it to the next one. */
export function drawStep(data: WaterfallData, index: number, api: CustomSeriesRenderItemAPI) {
  const step = data.steps[index];
  if (step === undefined) return undefined;
  const place = locateStep(data, step, index, api);
  const parts = [bar(data, step, place), figure(data, step, place)];
  const isLast = index === data.steps.length - 1;
  return { type: 'group' as const, children: isLast ? parts : [join(data, place), ...parts] };
}

function locateStep(data: WaterfallData, step: WaterfallStep, index: number, api: CustomSeriesRenderItemAPI): Place {
  const at = (amount: number) => api.coord(data.isUpright ? [amount, index] : [index, amount]);
  const [steps, amounts] = data.isUpright ? [1, 0] : [0, 1];
  const size = [api.size?.([1, 1]) ?? 0].flat();
  const slot = size[steps] ?? 0;
  const [start, end] = [at(step.start), at(step.end)];
  return {
    middle: start[steps] ?? 0,
    from: start[amounts] ?? 0,
    to: end[amounts] ?? 0,
    slot,
    width: Math.min(slot * BAR_PART, MAX_BAR_PX),
  };
}

function bar(data: WaterfallData, step: WaterfallStep, { middle, from, to, width }: Place) {
  const length = Math.max(Math.abs(from - to), 1);
  const along = { at: middle - width / 2, size: width };
  const across = { at: Math.min(from, to), size: length };
  const [x, y] = data.isUpright ? [across, along] : [along, across];
  const fill = step.isSum ? data.sum : step.end >= step.start ? data.rise : data.fall;
  const pale = data.chosen !== null && data.chosen !== step.id && !step.isSum;
  return {
    type: 'rect' as const,
    shape: { x: x.at, y: y.at, width: x.size, height: y.size },
    style: { fill, opacity: pale ? PALE : 1 },
  };
}

function join({ isUpright }: WaterfallData, { middle, to, slot, width }: Place) {
  const [begin, end] = [middle + width / 2, middle + slot - width / 2];
  const shape = isUpright ? { x1: to, y1: begin, x2: to, y2: end } : { x1: begin, y1: to, x2: end, y2: to };
  return { type: 'line' as const, shape, style: { stroke: readChartStyle().lineStrong, lineWidth: 1 } };
}

function figure({ currency, isUpright }: WaterfallData, step: WaterfallStep, { middle, from, to }: Place) {
  const chartStyle = readChartStyle();
  const rises = step.end >= step.start;
  const upright = {
    ...{ x: Math.max(from, to) + LABEL_GAP_PX, y: middle },
    ...{ align: 'left' as const, verticalAlign: 'middle' as const },
  };
  const level = {
    ...{ x: middle, y: rises ? Math.min(from, to) - LABEL_GAP_PX : Math.max(from, to) + LABEL_GAP_PX },
    ...{ align: 'center' as const, verticalAlign: rises ? ('bottom' as const) : ('top' as const) },
  };
  return {
    type: 'text' as const,
    style: {
      ...(isUpright ? upright : level),
      text: formatMoneyDelta({ amount: step.amount, currency }),
      fill: chartStyle.ink,
      font: `${step.isSum ? '600 ' : ''}12px ${chartStyle.text.fontFamily}`,
      // The background keeps the figure readable on a grid line.
      backgroundColor: chartStyle.surface,
      padding: [0, 2],
    },
  };
}

/** A line at zero, stronger than the grid's. */
export function zeroLine(isUpright: boolean, params: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) {
  const [atX = 0, atY = 0] = api.coord([0, 0]);
  const area = params.coordSys as unknown as { x?: number; y?: number; width?: number; height?: number };
  const { x = 0, y = 0, width = 0, height = 0 } = area;
  const shape = isUpright ? { x1: atX, y1: y, x2: atX, y2: y + height } : { x1: x, y1: atY, x2: x + width, y2: atY };
  return { type: 'line' as const, shape, style: { stroke: readChartStyle().lineStrong, lineWidth: 1 } };
}
