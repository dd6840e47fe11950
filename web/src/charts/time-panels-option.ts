import type { EChartsCoreOption } from 'echarts/core';
import { formatInstant } from '../format/time.ts';
import { token } from '../theme/scheme.ts';
import { behindSeries } from './axis-marks.ts';
import { readChartStyle } from './chart-style.ts';
import { chartTip, type TipLine } from './chart-tip.ts';
import { intervalSeries } from './interval-series.ts';
import { placeMarks } from './mark-lane.ts';
import { findRoundLabels } from './time-labels.ts';
import type { Panel, PanelSeries, TimePanelsData } from './time-panels-data.ts';

const LEFT_PX = 56;
const RIGHT_PX = 16;
const TITLE_PX = 34;
/** Names of marks, above the first panel. */
const LANE_PX = 18;
const GAP_PX = 12;
const AXIS_PX = 26;
const LABEL_EVERY_PX = 64;
const AREA_OPACITY = 0.25;

/** Height of a chart with this number of panels, each `panelHeight` high. */
export function panelsHeight(count: number, panelHeight: number): number {
  return LANE_PX + count * (TITLE_PX + panelHeight) + (count - 1) * GAP_PX + AXIS_PX;
}

/** The ECharts option of panels one below another on one axis of time: one crosshair, one zoom. */
export function timePanelsOption(data: TimePanelsData, panelHeight: number): EChartsCoreOption {
  const style = readChartStyle();
  const all = data.panels.map((_, index) => index);
  return {
    animation: false,
    textStyle: style.text,
    axisPointer: { link: [{ xAxisIndex: 'all' }] },
    tooltip: {
      ...style.tooltip,
      trigger: 'axis',
      axisPointer: { type: 'line', lineStyle: { color: style.ink, width: 1, type: [3, 3], opacity: 0.6 } },
      formatter: (items: unknown) => panelsTip(data, (items as { dataIndex: number }[])[0]?.dataIndex ?? 0),
    },
    toolbox: { feature: { dataZoom: { yAxisIndex: false } }, itemSize: 0, showTitle: false, top: -40 },
    dataZoom: [
      {
        type: 'inside',
        xAxisIndex: all,
        zoomOnMouseWheel: false,
        moveOnMouseMove: false,
        moveOnMouseWheel: false,
        filterMode: 'filter',
      },
    ],
    grid: all.map((index) => ({
      left: LEFT_PX,
      right: RIGHT_PX,
      top: LANE_PX + TITLE_PX + index * (TITLE_PX + panelHeight + GAP_PX),
      height: panelHeight,
      // The labels of the last panel must not narrow it: all panels share one axis of time.
      outerBoundsMode: 'none',
    })),
    xAxis: data.panels.map((_, index) => timeAxis(data, index)),
    yAxis: data.panels.map((panel, index) => valueAxis(panel, index)),
    series: data.panels.flatMap((panel, index) =>
      panel.series.flatMap((series, place) => [
        ...intervalSeries(series, index),
        drawn(series, index, place === 0 ? buildPanelMarks(data, index) : {}),
      ]),
    ),
  };
}

function timeAxis({ times, timeText, panels }: TimePanelsData, index: number) {
  const style = readChartStyle();
  const isLast = index === panels.length - 1;
  const round = findRoundLabels(times);
  return {
    gridIndex: index,
    type: 'category',
    data: times,
    axisLine: { lineStyle: { color: style.lineStrong } },
    axisTick: { show: false },
    axisPointer: { label: { show: false } },
    axisLabel: {
      ...{ ...style.text, show: isLast, formatter: timeText, hideOverlap: true, minInterval: LABEL_EVERY_PX },
      ...(round === null ? {} : { interval: (place: number) => round.has(place) }),
    },
  };
}

function valueAxis({ title, axisText, leastMax, scaled = false }: Panel, index: number) {
  const style = readChartStyle();
  return {
    gridIndex: index,
    type: 'value',
    name: title,
    nameGap: 14,
    nameTextStyle: { ...style.text, color: style.ink, fontWeight: 500, align: 'left', padding: [0, 0, 0, -LEFT_PX] },
    ...(scaled ? { scale: true } : { min: 0 }),
    ...(leastMax === undefined ? {} : { max: (extent: { max: number }) => (extent.max > leastMax ? null : leastMax) }),
    splitNumber: 2,
    axisPointer: { show: false },
    axisLabel: { ...style.text, formatter: axisText, width: LEFT_PX - 8, overflow: 'truncate' },
    splitLine: { lineStyle: { color: style.line } },
  };
}

function drawn(series: PanelSeries, panel: number, marks: object) {
  const color = token(series.variable);
  const shared = {
    id: series.id,
    name: series.name,
    xAxisIndex: panel,
    yAxisIndex: panel,
    ...(series.stack === undefined ? {} : { stack: series.stack }),
    emphasis: { disabled: true },
    itemStyle: { color },
    data: series.values,
    ...marks,
  };
  if (series.shape === 'bar') return { ...shared, type: 'bar', barMaxWidth: 24, barCategoryGap: '20%' };
  return {
    ...shared,
    type: 'line',
    data: series.values.map((value, index) => (isAlone(series.values, index) ? { value, symbol: 'circle' } : value)),
    symbol: series.dots === true ? 'circle' : 'none',
    symbolSize: 5,
    showAllSymbol: true,
    ...(series.shape === 'step' ? { step: 'middle' } : {}),
    ...(series.stack === undefined ? {} : { areaStyle: { color, opacity: AREA_OPACITY } }),
    lineStyle: {
      ...{ color, width: series.faint === true ? 1 : 1.75 },
      ...(series.faint === true || series.dashed === true ? { type: [4, 3] } : {}),
    },
  };
}

/** True for a value without a neighbour: no line goes through it, so it needs a dot. */
function isAlone(values: PanelSeries['values'], index: number): boolean {
  const isKnown = (at: number) => (values[at] ?? null) !== null;
  return isKnown(index) && !isKnown(index - 1) && !isKnown(index + 1);
}

/** Events as a named triangle above the first panel and a thin line behind all panels, and the limits of this panel. */
function buildPanelMarks({ marks, times, panels }: TimePanelsData, panel: number) {
  const style = readChartStyle();
  const limits = (panels[panel]?.limits ?? []).map(({ label, value }) => ({
    yAxis: value,
    lineStyle: { color: style.ink, type: [5, 4], width: 1.2 },
    label: { show: true, formatter: label, position: 'insideEndTop', color: style.ink, fontSize: 12 },
  }));
  const lines = [...marks.map(({ index }) => ({ xAxis: times[index] })), ...limits];
  const markLine = { ...behindSeries(style.lineStrong), data: lines };
  if (panel > 0) return { markLine };
  return {
    markLine,
    markPoint: {
      ...{ silent: true, symbol: 'path://M0 0h8L4 6z', symbolSize: [9, 7], animation: false },
      itemStyle: { color: style.ink },
      data: placeMarks(marks, times.length).map(({ index, text, side }) => ({
        ...{ name: text, xAxis: times[index], y: LANE_PX / 2 },
        label: { ...style.text, show: text !== '', formatter: text, position: side, distance: 5 },
      })),
    },
  };
}

function panelsTip(data: TimePanelsData, index: number): HTMLElement {
  const lines = data.panels.flatMap(({ title, series }): TipLine[] => [
    { name: title, value: '', strong: true },
    ...series.map(({ name, formatPoint, variable }) => ({ name, value: formatPoint(index), variable })),
  ]);
  const marks = data.marks.filter((mark) => mark.index === index).map(({ label }) => ({ name: label, value: '' }));
  return chartTip(formatInstant(data.times[index] ?? ''), [...marks, ...lines]);
}
