import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from 'echarts';
import { token } from '../theme/scheme.ts';
import type { PanelSeries } from './time-panels-data.ts';

const BAND_OPACITY = 0.16;
const CAP_PX = 4;

/** Series that draw the intervals behind a series; empty where it has none. */
export function intervalSeries(series: PanelSeries, panel: number): object[] {
  const { interval } = series;
  if (interval === undefined) return [];
  return interval.display === 'band' ? band(series, panel) : [whiskers(series, panel)];
}

function shared(id: string, panel: number) {
  return { id, xAxisIndex: panel, yAxisIndex: panel, silent: true, tooltip: { show: false } };
}

/** The lower end, not drawn, and upon it the width of the interval as an area. */
function band({ id, variable, interval }: PanelSeries, panel: number): object[] {
  const { lower = [], upper = [] } = interval ?? {};
  const chartStyle = {
    type: 'line',
    symbol: 'none',
    stack: `${id} band`,
    stackStrategy: 'all',
    lineStyle: { opacity: 0 },
  };
  const widths = upper.map((end, index) => {
    const begin = lower[index] ?? null;
    return end === null || begin === null ? null : end - begin;
  });
  return [
    { ...shared(`${id} lower`, panel), ...chartStyle, data: lower },
    {
      ...{ ...shared(`${id} upper`, panel), ...chartStyle, data: widths },
      areaStyle: { color: token(variable), opacity: BAND_OPACITY },
    },
  ];
}

function whiskers({ id, variable, interval }: PanelSeries, panel: number): object {
  const { lower = [], upper = [] } = interval ?? {};
  const data = lower.flatMap((begin, index) => {
    const end = upper[index] ?? null;
    return begin === null || end === null ? [] : [[index, begin, end]];
  });
  const stroke = token(variable);
  return {
    ...shared(`${id} whiskers`, panel),
    type: 'custom',
    encode: { x: 0, y: [1, 2] },
    data,
    renderItem: (_params: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) => {
      const [x = 0, low = 0] = api.coord([api.value(0), api.value(1)]);
      const [, high = 0] = api.coord([api.value(0), api.value(2)]);
      const cap = (y: number) => ({ x1: x - CAP_PX, x2: x + CAP_PX, y1: y, y2: y });
      const lines = [{ x1: x, x2: x, y1: low, y2: high }, cap(low), cap(high)];
      return {
        type: 'group' as const,
        children: lines.map((shape) => ({ type: 'line' as const, shape, style: { stroke, lineWidth: 1.4 } })),
      };
    },
  };
}
