import type { EChartsType } from 'echarts/core';
import { useCallback, useRef } from 'react';
import { saveUrl } from '../parts/save-file.ts';
import { token } from '../theme/scheme.ts';

/** Holds a chart and saves it as PNG, with twice the pixel density, on the page's background. */
export function usePng(name: string) {
  const chart = useRef<EChartsType | null>(null);
  const onChart = useCallback((made: EChartsType | null) => {
    chart.current = made;
  }, []);
  const save = () => {
    const url = chart.current?.getDataURL({ type: 'png', pixelRatio: 2, backgroundColor: token('--surface') });
    if (url !== undefined) saveUrl(`${name}.png`, url);
  };
  return { onChart, save };
}
