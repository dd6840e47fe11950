import type { EChartsType } from 'echarts/core';
import { useCallback, useRef } from 'react';
import { EChart } from './EChart.tsx';
import { type CurvesData, metricCurvesOption } from './metric-curves-option.ts';

interface MetricCurvesProps {
  readonly data: CurvesData;
  readonly label: string;
  readonly height: number;
  /** Called with the dragged range; null resets the zoom. */
  readonly onZoom: (range: { readonly from: number; readonly to: number } | null) => void;
  readonly onChart?: ((chart: EChartsType | null) => void) | undefined;
}

/** A metric of one or many runs over step or time. Dragging zooms, a double click shows all again. */
export function MetricCurves({ data, label, height, onZoom, onChart }: MetricCurvesProps) {
  const option = useCallback(() => metricCurvesOption(data), [data]);
  const zoomed = useRef(onZoom);
  zoomed.current = onZoom;
  const armed = useCallback(
    (chart: EChartsType | null) => {
      chart?.on('datazoom', (event) => zoomed.current(parseRange(event)));
      onChart?.(chart);
    },
    [onChart],
  );
  return <EChart option={option} label={label} height={height} dragZoom onChart={armed} />;
}

/** A drag gives the values of its ends; the double click gives shares of the axis instead. */
function parseRange(event: unknown) {
  const { batch } = event as {
    readonly batch?: readonly { readonly startValue?: number; readonly endValue?: number }[];
  };
  const [first] = batch ?? [];
  if (first?.startValue === undefined || first.endValue === undefined) return null;
  return { from: first.startValue, to: first.endValue };
}
