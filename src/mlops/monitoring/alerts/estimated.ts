import type { LossDeps } from './losses.ts';
import { measureMetric, readPeriodWindows } from './losses.ts';
import type { QualityEstimates } from './ports.ts';

/** Estimates quality without labels, together with the quality of the labelled reference that the estimates learn from. */
export function createEstimates(deps: Pick<LossDeps, 'tables' | 'clock'>): QualityEstimates {
  return {
    async estimate({ monitor, metric, periods, modelVersion }) {
      const { spec } = monitor;
      if (spec.estimate === undefined || periods.length === 0) return periods.map(() => null);
      const windows = await readPeriodWindows(deps, spec, periods, modelVersion);
      const before = await measureMetric(deps, monitor, metric, spec.estimate.reference);
      const reference = before?.value ?? null;
      return windows.map((window) => {
        const now = window?.estimates.find((one) => one.metric === metric);
        if (window === null || now === undefined || now.value === null || reference === null) return null;
        const { value: current, lower, upper } = now;
        return { metric, reference, current, lower, upper, predictions: window.predictions };
      });
    },
  };
}
