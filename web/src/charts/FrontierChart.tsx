import type { EChartsType } from 'echarts/core';
import { useCallback } from 'react';
import { type ChartPoint, EChart } from './EChart.tsx';
import { type FrontierChartData, frontierOption } from './frontier-option.ts';

interface FrontierChartProps {
  readonly data: FrontierChartData;
  readonly label: string;
  readonly height: number;
  readonly onClick?: ((point: ChartPoint) => void) | undefined;
  readonly onChart?: ((chart: EChartsType | null) => void) | undefined;
}

/** Points by cost and quality with their intervals, the frontier as steps, and the region that the policy accepts. */
export function FrontierChart({ data, label, height, onClick, onChart }: FrontierChartProps) {
  const option = useCallback(() => frontierOption(data), [data]);
  return <EChart option={option} label={label} height={height} onClick={onClick} onChart={onChart} />;
}
