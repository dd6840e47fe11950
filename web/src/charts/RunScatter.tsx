import type { EChartsType } from 'echarts/core';
import { useCallback } from 'react';
import { EChart } from './EChart.tsx';
import { type RunScatterData, runScatterOption } from './run-scatter-option.ts';

interface RunScatterProps {
  readonly data: RunScatterData;
  readonly label: string;
  readonly height: number;
  readonly onChart?: ((chart: EChartsType | null) => void) | undefined;
}

/** Runs by two of their figures; Pareto-optimal runs are diamonds on a dashed line. */
export function RunScatter({ data, label, height, onChart }: RunScatterProps) {
  const option = useCallback(() => runScatterOption(data), [data]);
  return <EChart option={option} label={label} height={height} onChart={onChart} />;
}
