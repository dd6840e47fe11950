import type { EstimatedQuality, Monitor } from '../monitors/schema.ts';
import { watched } from '../monitors/windows.ts';
import type { LossDeps } from './losses.ts';
import { measuredMetric } from './losses.ts';
import type { QualityEstimates } from './ports.ts';

type EstimateDeps = Pick<LossDeps, 'tables' | 'clock'>;

/** Quality without labels, beside that of the labelled reference which the estimates learn from. */
export function createEstimates(deps: EstimateDeps): QualityEstimates {
  return {
    async estimate({ monitor, metric, period, modelVersion }) {
      const { estimate } = monitor.spec;
      if (estimate === undefined) return null;
      const part = { ...period, modelVersion: modelVersion ?? undefined };
      const { estimates, predictions } = await estimatedOver(deps, monitor, part);
      const now = estimates.find((one) => one.metric === metric);
      if (now === undefined || now.value === null) return null;
      const before = await measuredMetric(deps, monitor, metric, estimate.reference);
      if (before === null || before.value === null) return null;
      const { value: current, lower, upper } = now;
      return { metric, reference: before.value, current, lower, upper, predictions };
    },
  };
}

async function estimatedOver(
  { tables, clock }: EstimateDeps,
  { spec }: Monitor,
  part: { readonly start: string; readonly end: string; readonly modelVersion: string | undefined },
): Promise<{ readonly estimates: readonly EstimatedQuality[]; readonly predictions: number }> {
  const selection = { ...part, model: spec.model, knownAt: new Date(clock.now()).toISOString() };
  const { windows } = await watched(tables, { spec, selection, by: 'all' });
  return { estimates: windows[0]?.estimates ?? [], predictions: windows[0]?.predictions ?? 0 };
}
