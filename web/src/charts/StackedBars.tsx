import type { EChartsType } from 'echarts/core';
import { useCallback } from 'react';
import { EChart } from './EChart.tsx';
import { seriesAt } from './series-at.ts';
import type { ShareLine } from './share-line.ts';
import {
  type BarSeries,
  type BeforeLine,
  type LimitLine,
  stackedBarsOption,
  type TimeMark,
} from './stacked-bars-option.ts';

interface StackedBarsProps {
  readonly label: string;
  readonly slots: readonly string[];
  readonly slotLabel: (slot: string) => string;
  readonly series: readonly BarSeries[];
  readonly currency: string;
  readonly height: number;
  readonly limit?: LimitLine | undefined;
  readonly marks?: readonly TimeMark[] | undefined;
  readonly before?: BeforeLine | undefined;
  readonly share?: ShareLine | undefined;
  readonly onPick?: ((seriesId: string, slot: string) => void) | undefined;
  readonly onChart?: ((chart: EChartsType | null) => void) | undefined;
}

/** Money by slot of time, stacked by series. Bars start at zero; hover is exact; a click names series and slot. */
export function StackedBars(props: StackedBarsProps) {
  const { label, slots, slotLabel, series, currency, height, limit, marks, before, share, onPick, onChart } = props;
  const option = useCallback(
    () => stackedBarsOption({ slots, slotLabel, series, currency, limit, marks, before, share }),
    [slots, slotLabel, series, currency, limit, marks, before, share],
  );
  return (
    <EChart
      option={option}
      label={label}
      height={height}
      dragZoom
      onChart={onChart}
      onClick={({ index, value }) => {
        const slot = slots[index];
        const hit = seriesAt(series, index, value);
        if (slot !== undefined && hit !== undefined) onPick?.(hit.id, slot);
      }}
    />
  );
}
