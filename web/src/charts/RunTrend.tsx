import type { EChartsType } from 'echarts/core';
import { useCallback } from 'react';
import { EChart } from './EChart.tsx';
import { type RunTrendData, runTrendOption } from './run-trend-option.ts';

interface RunTrendProps extends RunTrendData {
  readonly label: string;
  readonly height: number;
  /** Called with the id of the run that was clicked. */
  readonly onPick: (id: string) => void;
  readonly onChart?: ((chart: EChartsType | null) => void) | undefined;
}

/** One bar for each run; a click leads to it. */
export function RunTrend({ points, what, variable, axisText, label, height, onPick, onChart }: RunTrendProps) {
  const option = useCallback(
    () => runTrendOption({ points, what, variable, axisText }),
    [points, what, variable, axisText],
  );
  return (
    <EChart
      option={option}
      label={label}
      height={height}
      onChart={onChart}
      onClick={({ index }) => {
        const point = points[index];
        if (point !== undefined) onPick(point.id);
      }}
    />
  );
}
