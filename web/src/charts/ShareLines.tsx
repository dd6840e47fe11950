import type { EChartsType } from 'echarts/core';
import { useCallback } from 'react';
import { EChart } from './EChart.tsx';
import { type ShareSeries, shareLinesOption } from './share-lines-option.ts';

interface ShareLinesProps {
  readonly label: string;
  readonly slots: readonly string[];
  readonly slotLabel: (slot: string) => string;
  /** Text below the axis; empty for no text. Default: the slot label. */
  readonly axisText?: ((slot: string, index: number) => string) | undefined;
  readonly series: readonly ShareSeries[];
  readonly height: number;
  readonly onChart?: ((chart: EChartsType | null) => void) | undefined;
}

/** Shares over time, a line each; hover is exact. */
export function ShareLines({ label, slots, slotLabel, axisText, series, height, onChart }: ShareLinesProps) {
  const option = useCallback(
    () => shareLinesOption({ slots, slotLabel, axisText, series }),
    [slots, slotLabel, axisText, series],
  );
  return <EChart option={option} label={label} height={height} dragZoom onChart={onChart} />;
}
