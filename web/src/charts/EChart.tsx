import type { EChartsCoreOption, EChartsType } from 'echarts/core';
import { useEffect, useRef } from 'react';
import { useScheme } from '../theme/scheme.ts';
import styles from './charts.module.css';

export interface ChartPoint {
  /** Place on the horizontal axis: the index of a category. */
  readonly index: number;
  /** Value on the vertical axis. */
  readonly value: number;
}

interface EChartProps {
  /** Builds the option from the tokens of the active colour scheme; called again when the scheme changes. */
  readonly option: () => EChartsCoreOption;
  /** Text alternative of the chart. */
  readonly label: string;
  readonly height: number;
  /** Where on its axes the chart was clicked. */
  readonly onClick?: ((point: ChartPoint) => void) | undefined;
  /** Called with the chart when it is drawn, and with null when it is removed: for PNG. */
  readonly onChart?: ((chart: EChartsType | null) => void) | undefined;
  /** Dragging over the chart zooms its horizontal axis; a double click shows all again. */
  readonly dragZoom?: boolean;
  /** Loads ECharts; `loadECharts` if left out. */
  readonly load?: () => Promise<Pick<typeof import('./echarts.ts'), 'initChart'>>;
}

const loadECharts = () => import('./echarts.ts');

/** A canvas for ECharts. It keeps its height while the library loads, so nothing moves. */
export function EChart({ option, label, height, onClick, onChart, dragZoom = false, load = loadECharts }: EChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | null>(null);
  const latest = useRef({ option, onClick, onChart });
  latest.current = { option, onClick, onChart };
  const scheme = useScheme();

  useEffect(() => {
    const element = host.current;
    if (element === null) return undefined;
    let gone = false;
    const resize = new ResizeObserver(() => chart.current?.resize());
    void load().then(({ initChart }) => {
      if (gone) return;
      const made = initChart(element);
      chart.current = made;
      made.setOption(latest.current.option());
      onPoint(made, (point) => latest.current.onClick?.(point));
      if (dragZoom) armDragZoom(made);
      resize.observe(element);
      latest.current.onChart?.(made);
    });
    return () => {
      gone = true;
      resize.disconnect();
      latest.current.onChart?.(null);
      chart.current?.dispose();
      chart.current = null;
    };
  }, [dragZoom, load]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme changes the tokens that `option` reads
  useEffect(() => {
    chart.current?.setOption(option(), { replaceMerge: ['series', 'xAxis', 'yAxis'] });
    if (chart.current !== null && dragZoom) armSelection(chart.current);
  }, [option, scheme, dragZoom]);

  return <div ref={host} className={styles.canvas} style={{ height }} role="img" aria-label={label} />;
}

const CLICK_WITHIN_PX = 4;

/** Reports a click in the plot and ignores drags. The selection of the zoom suppresses ECharts' click events. */
function onPoint(chart: EChartsType, call: (point: ChartPoint) => void): void {
  let down = { x: 0, y: 0 };
  chart.getZr().on('mousedown', (event) => {
    down = { x: event.offsetX, y: event.offsetY };
  });
  chart.getZr().on('mouseup', (event) => {
    const pixel = [event.offsetX, event.offsetY];
    const moved = Math.hypot(event.offsetX - down.x, event.offsetY - down.y);
    if (moved > CLICK_WITHIN_PX || !chart.containPixel('grid', pixel)) return;
    const [index, value] = chart.convertFromPixel('grid', pixel) as [number, number];
    call({ index, value });
  });
}

function armDragZoom(chart: EChartsType): void {
  armSelection(chart);
  chart.getZr().on('dblclick', () => {
    chart.dispatchAction({ type: 'dataZoom', start: 0, end: 100 });
    armSelection(chart);
  });
}

function armSelection(chart: EChartsType): void {
  chart.dispatchAction({ type: 'takeGlobalCursor', key: 'dataZoomSelect', dataZoomSelectActive: true });
}
