import type { EChartsType } from 'echarts/core';
import { useCallback } from 'react';
import { EChart } from './EChart.tsx';
import { type QualityCostData, qualityCostOption } from './quality-cost-option.ts';

interface QualityCostChartProps {
  readonly data: QualityCostData;
  readonly label: string;
  readonly height: number;
  readonly onChart?: ((chart: EChartsType | null) => void) | undefined;
}

/** Versions by quality and cost; intervals as whiskers, the champion as a filled diamond. */
export function QualityCostChart({ data, label, height, onChart }: QualityCostChartProps) {
  const option = useCallback(() => qualityCostOption(data), [data]);
  return <EChart option={option} label={label} height={height} onChart={onChart} />;
}
