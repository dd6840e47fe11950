import type { EChartsType } from 'echarts/core';
import { useCallback } from 'react';
import { EChart } from './EChart.tsx';
import type { TimePanelsData } from './time-panels-data.ts';
import { panelsHeight, timePanelsOption } from './time-panels-option.ts';

interface TimePanelsProps {
  readonly data: TimePanelsData;
  readonly label: string;
  /** Of each panel, in pixels. */
  readonly panelHeight: number;
  readonly onChart?: ((chart: EChartsType | null) => void) | undefined;
}

/** Several measures on one axis of time, one below another: one crosshair through all, dragging zooms all. */
export function TimePanels({ data, label, panelHeight, onChart }: TimePanelsProps) {
  const option = useCallback(() => timePanelsOption(data, panelHeight), [data, panelHeight]);
  const height = panelsHeight(data.panels.length, panelHeight);
  return <EChart option={option} label={label} height={height} dragZoom onChart={onChart} />;
}
