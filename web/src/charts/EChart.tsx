import type { EChartsCoreOption, EChartsType } from 'echarts/core';
import { useEffect, useRef } from 'react';
import { useScheme } from '../theme/scheme.ts';
import styles from './charts.module.css';

export interface ChartClick {
  /** Id of the series and index of the mark in it. */
  readonly seriesId: string;
  readonly index: number;
}

interface EChartProps {
  /** Makes the option from the tokens of the scheme in force; called anew when the scheme changes. */
  readonly option: () => EChartsCoreOption;
  /** What the picture shows, in words. */
  readonly label: string;
  readonly height: number;
  readonly onClick?: ((click: ChartClick) => void) | undefined;
  /** Called with the chart when it is drawn, and null when it is gone: for PNG. */
  readonly onChart?: ((chart: EChartsType | null) => void) | undefined;
  /** Dragging over the chart zooms its horizontal axis; a double click shows all again. */
  readonly dragZoom?: boolean;
}

/** A canvas that ECharts draws on. It keeps its height while the library loads, so nothing moves. */
export function EChart({ option, label, height, onClick, onChart, dragZoom = false }: EChartProps) {
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
    void import('./echarts.ts').then(({ initChart }) => {
      if (gone) return;
      const made = initChart(element);
      chart.current = made;
      made.setOption(latest.current.option());
      made.on('click', (event) => {
        if (event.componentType !== 'series' || event.seriesId === undefined) return;
        latest.current.onClick?.({ seriesId: event.seriesId, index: event.dataIndex });
      });
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
  }, [dragZoom]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme changes the tokens that `option` reads
  useEffect(() => {
    chart.current?.setOption(option(), { replaceMerge: ['series', 'xAxis', 'yAxis'] });
  }, [option, scheme]);

  return <div ref={host} className={styles.canvas} style={{ height }} role="img" aria-label={label} />;
}

function armDragZoom(chart: EChartsType): void {
  const arm = () =>
    chart.dispatchAction({ type: 'takeGlobalCursor', key: 'dataZoomSelect', dataZoomSelectActive: true });
  arm();
  chart.getZr().on('dblclick', () => {
    chart.dispatchAction({ type: 'dataZoom', start: 0, end: 100 });
    arm();
  });
}
