import type { EChartsType } from 'echarts/core';
import { useCallback, useRef } from 'react';
import { EChart } from './EChart.tsx';
import { type ParallelData, parallelOption } from './parallel-option.ts';

export interface AxisRange {
  readonly column: string;
  readonly from: number;
  readonly to: number;
}

interface ParallelProps {
  readonly data: ParallelData;
  readonly brushes: readonly AxisRange[];
  readonly label: string;
  readonly height: number;
  /** Called when an axis is limited to a range by dragging along it; null removes the range. */
  readonly onBrush: (column: string, range: { readonly from: number; readonly to: number } | null) => void;
  readonly onChart?: ((chart: EChartsType | null) => void) | undefined;
}

const loadParallel = () => import('./echarts-parallel.ts');

/** Parallel coordinates; dragging along an axis limits it to a range. */
export function Parallel({ data, brushes, label, height, onBrush, onChart }: ParallelProps) {
  const option = useCallback(() => parallelOption(data), [data]);
  const latest = useRef({ onBrush, brushes });
  latest.current = { onBrush, brushes };
  const armed = useCallback(
    (chart: EChartsType | null) => {
      for (const { column, from, to } of latest.current.brushes) {
        chart?.dispatchAction({ type: 'axisAreaSelect', parallelAxisId: column, intervals: [[from, to]] });
      }
      chart?.on('axisareaselected', (event) => {
        const { parallelAxisId, intervals } = event as { parallelAxisId?: string; intervals?: [number, number][] };
        if (parallelAxisId === undefined) return;
        const [range] = intervals ?? [];
        latest.current.onBrush(parallelAxisId, range === undefined ? null : { from: range[0], to: range[1] });
      });
      onChart?.(chart);
    },
    [onChart],
  );
  return <EChart option={option} label={label} height={height} onChart={armed} load={loadParallel} />;
}
