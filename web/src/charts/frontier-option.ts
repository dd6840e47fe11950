import type { CustomSeriesRenderItemAPI } from 'echarts';
import type { EChartsCoreOption } from 'echarts/core';
import { token } from '../theme/scheme.ts';
import { readChartStyle } from './chart-style.ts';
import { chartTip, type TipLine } from './chart-tip.ts';
import { type BoundLine, boundLines, type Domain, qualityCostPlane } from './quality-cost-plane.ts';

export interface FrontierMark {
  readonly id: string;
  readonly label: string;
  /** Title of the tooltip: the label with the hardware. */
  readonly name: string;
  readonly status: 'frontier' | 'tied' | 'dominated';
  readonly cost: number;
  readonly quality: number;
  /** Ends of the intervals; null: not measured, or not bounded. */
  readonly costInterval: Domain | null;
  readonly qualityInterval: Domain | null;
  /** The version that others are compared with. */
  readonly isBaseline: boolean;
  /** The best choice at the trade price. */
  readonly isWinner: boolean;
  /** Lines of the tooltip. */
  readonly tip: readonly TipLine[];
}

/** A place on the plane: (cost, quality). */
type Place = readonly [cost: number, quality: number];

export interface FrontierChartData {
  readonly marks: readonly FrontierMark[];
  readonly metric: string;
  readonly currency: string;
  readonly logCost: boolean;
  readonly costDomain: Domain;
  readonly qualityDomain: Domain;
  /** Round values for a logarithmic cost axis; null lets the axis choose. */
  readonly costTicks: readonly number[] | null;
  /** Places of the frontier in the order of cost. */
  readonly frontier: readonly Place[];
  /** Lines from a tied point to the frontier point that it cannot be told apart from. */
  readonly ties: readonly (readonly [Place, Place])[];
  /** Corners of the region that the policy accepts; empty: none. */
  readonly region: readonly Place[];
  /** Bounds of the policy, drawn as lines with their text. */
  readonly bounds: readonly BoundLine[];
  /** Line of the trade price; empty: none. */
  readonly priceLine: readonly Place[];
}

type Style = ReturnType<typeof readChartStyle>;

/** The ECharts option of the frontier: quality (up, blue) against cost a month (right, amber). */
export function frontierOption(data: FrontierChartData): EChartsCoreOption {
  const style = readChartStyle();
  return {
    ...qualityCostPlane({ ...data, style, costName: 'Cost a month', costFactor: 1 }),
    tooltip: {
      ...style.tooltip,
      trigger: 'item',
      formatter: (item: unknown) => markTip(data, (item as { dataIndex: number }).dataIndex),
    },
    series: [
      region(data, style),
      ties(data),
      frontierLine(data, style),
      priceLine(data, style),
      whiskers(data),
      marks(data, style),
    ],
  };
}

function custom(id: string, z: number) {
  return { id, type: 'custom', silent: true, clip: true, z, encode: { x: 0, y: 1 } };
}

/** The accepted region, and the bounds that cut it out. */
function region({ region: outline, bounds }: FrontierChartData, { ink }: Style) {
  return {
    ...custom('region', 0),
    data: outline.length === 0 ? [] : [outline[0]],
    renderItem: (_: unknown, api: CustomSeriesRenderItemAPI) => ({
      type: 'polygon',
      shape: { points: outline.map((place) => api.coord([...place])) },
      style: { fill: ink, opacity: 0.05 },
    }),
    markLine: boundLines(bounds),
  };
}

function ties({ ties: pairs }: FrontierChartData) {
  const colour = token('--ink-3');
  return {
    ...custom('ties', 1),
    data: pairs.map(([from]) => [...from]),
    renderItem: ({ dataIndex }: { readonly dataIndex: number }, api: CustomSeriesRenderItemAPI) => {
      const pair = pairs[dataIndex];
      if (pair === undefined) return undefined;
      const [[x1 = 0, y1 = 0], [x2 = 0, y2 = 0]] = pair.map((place) => api.coord([...place])) as [number[], number[]];
      return { type: 'line', shape: { x1, y1, x2, y2 }, style: { stroke: colour, lineWidth: 1, lineDash: [2, 3] } };
    },
  };
}

/** Stepped: for a cost between two points, the cheaper one is the best that can be had. */
function frontierLine({ frontier, costDomain }: FrontierChartData, { ink }: Style) {
  const last = frontier.at(-1);
  return {
    id: 'frontier',
    type: 'line',
    step: 'end',
    silent: true,
    symbol: 'none',
    z: 2,
    lineStyle: { color: ink, width: 1.5 },
    data: last === undefined ? [] : [...frontier, [costDomain[1], last[1]]].map((place) => [...place]),
  };
}

function priceLine({ priceLine: line }: FrontierChartData, { ink }: Style) {
  return {
    id: 'price',
    type: 'line',
    silent: true,
    symbol: 'none',
    z: 2,
    lineStyle: { color: ink, width: 1.2, type: [8, 4] },
    data: line.map((place) => [...place]),
  };
}

const CAP = 5;

/** Interval bars both ways: of the quality upright and blue, of the cost level and amber. */
function whiskers({ marks: all }: FrontierChartData) {
  const [quality, cost, muted] = [token('--quality-fill'), token('--cost-fill'), token('--line-strong')];
  const bars = all.flatMap(({ cost: x, quality: y, costInterval, qualityInterval, status }) => [
    ...(qualityInterval === null
      ? []
      : [
          {
            ends: qualityInterval.map((end) => [x, end]),
            upright: true,
            colour: status === 'dominated' ? muted : quality,
          },
        ]),
    ...(costInterval === null
      ? []
      : [{ ends: costInterval.map((end) => [end, y]), upright: false, colour: status === 'dominated' ? muted : cost }]),
  ]);
  return {
    ...custom('intervals', 2),
    data: bars.map(({ ends }) => ends[0]),
    renderItem: ({ dataIndex }: { readonly dataIndex: number }, api: CustomSeriesRenderItemAPI) => {
      const bar = bars[dataIndex];
      if (bar === undefined) return undefined;
      const [[x1 = 0, y1 = 0], [x2 = 0, y2 = 0]] = bar.ends.map((end) => api.coord(end)) as [number[], number[]];
      const [dx, dy] = bar.upright ? [CAP, 0] : [0, CAP];
      const line = (shape: { x1: number; y1: number; x2: number; y2: number }) => ({
        type: 'line',
        shape,
        style: { stroke: bar.colour, lineWidth: 1.5 },
      });
      return {
        type: 'group',
        children: [
          line({ x1, y1, x2, y2 }),
          line({ x1: x1 - dx, y1: y1 - dy, x2: x1 + dx, y2: y1 + dy }),
          line({ x1: x2 - dx, y1: y2 - dy, x2: x2 + dx, y2: y2 + dy }),
        ],
      };
    },
  };
}

const ABOVE_LEFT = { position: [-3, -2], align: 'right', verticalAlign: 'bottom' } as const;
const BELOW_RIGHT = { position: ['120%', '110%'], align: 'left', verticalAlign: 'top' } as const;

/** Frontier points are filled, tied ones hollow, dominated ones grey; the baseline is a diamond, the winner is larger. */
function marks({ marks: all }: FrontierChartData, { ink, surface }: Style) {
  const grey = token('--line-strong');
  const quiet = token('--ink-3');
  return {
    id: 'points',
    type: 'scatter',
    z: 3,
    label: { show: true, distance: 8, fontSize: 12 },
    labelLayout: { hideOverlap: true },
    emphasis: { disabled: true },
    data: all.map(({ cost, quality, label, status, isBaseline, isWinner }) => ({
      value: [cost, quality],
      symbol: isBaseline ? 'diamond' : 'circle',
      symbolSize: (isBaseline ? 14 : 10) + (isWinner ? 5 : 0),
      itemStyle: {
        color: status === 'frontier' ? ink : status === 'tied' ? surface : grey,
        borderColor: status === 'dominated' ? grey : ink,
        borderWidth: 2,
        opacity: 1,
      },
      // Above and left of the frontier there is no point; the others have their labels below and right.
      label: {
        ...(status === 'frontier' ? ABOVE_LEFT : BELOW_RIGHT),
        formatter: label,
        color: status === 'dominated' ? quiet : ink,
        fontWeight: isWinner ? 700 : 400,
      },
    })),
  };
}

function markTip({ marks: all }: FrontierChartData, index: number): HTMLElement {
  const mark = all[index];
  return mark === undefined ? chartTip('', []) : chartTip(mark.name, mark.tip);
}
