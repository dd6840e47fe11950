import type { EChartsCoreOption } from 'echarts/core';
import { formatCount, formatMeasure } from '../format/number.ts';
import { formatInstant } from '../format/time.ts';
import { token } from '../theme/scheme.ts';
import { placeAxis } from './axis-marks.ts';
import { readChartStyle } from './chart-style.ts';
import { chartTip } from './chart-tip.ts';

export interface CurvePoint {
  readonly x: number;
  /** null is a gap. */
  readonly value: number | null;
  /** The moving average here; the same as the value without smoothing. */
  readonly smooth: number | null;
  readonly step: number;
  readonly timeMs: number;
}

export interface CurveSeries {
  readonly id: string;
  readonly name: string;
  /** CSS variable of the colour. */
  readonly variable: string;
  /** Beyond the seven that have a colour: drawn thin, behind, without a label. */
  readonly grey: boolean;
  readonly points: readonly CurvePoint[];
  readonly thinned: boolean;
}

export interface CurvesData {
  readonly series: readonly CurveSeries[];
  readonly axis: 'step' | 'time' | 'relative';
  readonly log: boolean;
  readonly smooth: number;
  readonly from: number | undefined;
  readonly to: number | undefined;
  /** Writes a place on a relative axis. */
  readonly formatElapsed: (ms: number) => string;
  /** True if curves are named at their end; a single curve needs no name. */
  readonly labels: boolean;
}

/** Lines of a tooltip before the rest is only counted. */
const TIP_LINES = 10;
const LABEL_ROOM_PX = 116;

/**
 * The ECharts option of a metric over step or time, one curve for each run. With smoothing, the raw curve stays
 * visible.
 */
export function metricCurvesOption(data: CurvesData): EChartsCoreOption {
  const style = readChartStyle();
  const named = data.labels && data.series.some(({ grey }) => !grey);
  return {
    animation: false,
    textStyle: style.text,
    grid: {
      left: 8,
      right: named ? LABEL_ROOM_PX : 16,
      top: 12,
      bottom: 4,
      outerBoundsMode: 'same',
      outerBoundsContain: 'axisLabel',
    },
    tooltip: {
      ...style.tooltip,
      trigger: 'axis',
      axisPointer: { type: 'line', lineStyle: { color: style.lineStrong, width: 1 } },
      formatter: (items: unknown) => curvesTip(data, items as TipItem[]),
    },
    toolbox: { feature: { dataZoom: { yAxisIndex: false } }, itemSize: 0, showTitle: false, top: -40 },
    dataZoom: [
      {
        type: 'inside',
        start: 0,
        end: 100,
        zoomOnMouseWheel: false,
        moveOnMouseMove: false,
        moveOnMouseWheel: false,
        filterMode: 'none',
      },
    ],
    xAxis: {
      ...placeAxis(data),
      axisLine: { lineStyle: { color: style.lineStrong } },
      axisTick: { show: false },
      splitLine: { show: false },
      splitNumber: 4,
      axisLabel: {
        ...style.text,
        hideOverlap: true,
        ...(data.axis === 'time' ? {} : { formatter: (x: number) => placeText(data, x) }),
      },
    },
    yAxis: {
      type: data.log ? 'log' : 'value',
      scale: true,
      splitNumber: 4,
      axisLabel: { ...style.text, formatter: (value: number) => formatMeasure(value) },
      splitLine: { lineStyle: { color: style.line } },
    },
    series: [...data.series.flatMap((series) => curve(series, data)), ...(named ? [names(data)] : [])],
  };
}

function placeText(data: CurvesData, x: number): string {
  if (data.axis === 'relative') return data.formatElapsed(x);
  // A rounded half step would repeat its neighbour.
  return Number.isInteger(x) ? formatCount(x) : '';
}

function curve(series: CurveSeries, data: CurvesData): object[] {
  const color = token(series.variable);
  const alone = series.points.length === 1;
  const shared = {
    name: series.name,
    type: 'line',
    symbol: alone ? 'circle' : 'none',
    symbolSize: 6,
    connectNulls: false,
    itemStyle: { color },
    z: series.grey ? 2 : 4,
  };
  const raw = {
    ...shared,
    id: `raw ${series.id}`,
    silent: true,
    z: 3,
    lineStyle: { color, width: 1, opacity: 0.28 },
    tooltip: { show: false },
    data: series.points.map(({ x, value }) => [x, value]),
  };
  const main = {
    ...shared,
    id: series.id,
    lineStyle: { color, width: series.grey ? 1 : 1.75, opacity: series.grey ? 0.7 : 1 },
    emphasis: { focus: 'series', lineStyle: { width: 2.5 } },
    triggerLineEvent: true,
    data: series.points.map(({ x, smooth }) => [x, smooth]),
  };
  return data.smooth > 0 && !series.grey ? [raw, main] : [main];
}

/** The names at the ends of the coloured curves. */
function names({ series }: CurvesData): object {
  const style = readChartStyle();
  const ends = series.flatMap(({ grey, points, name, variable }) => {
    const last = grey ? undefined : points.findLast(({ smooth }) => smooth !== null);
    return last === undefined ? [] : [{ last, name, variable }];
  });
  return {
    id: 'names',
    type: 'scatter',
    silent: true,
    symbolSize: 1,
    clip: false,
    tooltip: { show: false },
    // The name is drawn at the curve's end where it fits; the list of runs above has every name.
    labelLayout: { hideOverlap: true },
    data: ends.map(({ last, name, variable }) => ({
      value: [last.x, last.smooth],
      itemStyle: { opacity: 0 },
      label: {
        show: true,
        position: 'right',
        opacity: 1,
        distance: 6,
        formatter: `{dot|●} {name|${name.replaceAll(/[{}|]/g, ' ')}}`,
        padding: [3, 0],
        width: LABEL_ROOM_PX - 10,
        overflow: 'truncate',
        rich: {
          dot: { color: token(variable), fontSize: 10 },
          name: { color: style.ink, fontSize: 12, lineHeight: 14 },
        },
      },
    })),
  };
}

interface TipItem {
  readonly seriesId: string;
  readonly dataIndex: number;
}

function curvesTip(data: CurvesData, items: readonly TipItem[]): HTMLElement {
  const found = items.flatMap(({ seriesId, dataIndex }) => {
    const series = data.series.find(({ id }) => id === seriesId);
    const point = series?.points[dataIndex];
    return series === undefined || point === undefined ? [] : [{ series, point }];
  });
  const [first] = found;
  if (first === undefined) return chartTip('', []);
  const sorted = found.toSorted((a, b) => Number(a.series.grey) - Number(b.series.grey));
  const more = sorted.length - TIP_LINES;
  const title =
    data.axis === 'step'
      ? `Step ${formatCount(first.point.step)}`
      : data.axis === 'time'
        ? formatInstant(new Date(first.point.timeMs).toISOString())
        : `${data.formatElapsed(first.point.x)} after the start`;
  return chartTip(title, [
    ...sorted.slice(0, TIP_LINES).map(({ series, point }) => ({
      name: series.name,
      value: valueText(point, data),
      variable: series.variable,
    })),
    ...(more > 0 ? [{ name: `and ${more} more`, value: '' }] : []),
  ]);
}

function valueText({ value, smooth }: CurvePoint, data: CurvesData): string {
  if (value === null) return 'no number';
  return data.smooth > 0 && smooth !== null ? `${formatMeasure(smooth)} (exactly ${value})` : String(value);
}
