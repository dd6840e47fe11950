import type { EChartsType } from 'echarts/core';
import { useCallback } from 'react';
import { useNarrow } from '../parts/use-narrow.ts';
import { token } from '../theme/scheme.ts';
import { EChart } from './EChart.tsx';
import type { WaterfallStep } from './waterfall-data.ts';
import { waterfallOption } from './waterfall-option.ts';

interface WaterfallProps {
  readonly label: string;
  readonly steps: readonly WaterfallStep[];
  readonly currency: string;
  readonly chosen: string | null;
  readonly height: number;
  readonly onPick: (id: string) => void;
  readonly onChart?: ((chart: EChartsType | null) => void) | undefined;
}

/** Parts of a change, step by step. A cost increase has the colour for worse. */
export function Waterfall({ label, steps, currency, chosen, height, onPick, onChart }: WaterfallProps) {
  const isUpright = useNarrow();
  const option = useCallback(
    () =>
      waterfallOption({
        ...{ steps, currency, chosen, isUpright },
        ...{ rise: token('--bad'), fall: token('--good'), sum: token('--cost-fill') },
      }),
    [steps, currency, chosen, isUpright],
  );
  return (
    <EChart
      option={option}
      label={label}
      height={height}
      onChart={onChart}
      onClick={({ index, value }) => {
        const step = steps[Math.round(isUpright ? value : index)];
        if (step !== undefined) onPick(step.id);
      }}
    />
  );
}
