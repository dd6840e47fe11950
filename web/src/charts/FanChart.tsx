import type { EChartsType } from 'echarts/core';
import { useCallback } from 'react';
import { EChart } from './EChart.tsx';
import { type FanData, fanOption } from './fan-option.ts';

interface FanChartProps {
  readonly data: FanData;
  readonly label: string;
  readonly height: number;
  readonly onChart?: ((chart: EChartsType | null) => void) | undefined;
}

/** Actual values as a line, the forecast as a dashed line, and its intervals as a fan behind it. */
export function FanChart({ data, label, height, onChart }: FanChartProps) {
  const option = useCallback(() => fanOption(data), [data]);
  return <EChart option={option} label={label} height={height} dragZoom onChart={onChart} />;
}
