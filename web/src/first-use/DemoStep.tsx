import type { FirstStep } from '../../../src/tradeoff/first-use/schema.ts';
import { DemoControls } from './DemoControls.tsx';
import { StepItem } from './StepItem.tsx';

/** Demo data for an empty server. */
export function DemoStep({ step }: { readonly step: FirstStep }) {
  return (
    <StepItem
      title="Load the demo data"
      text="Three months of bills of two clouds, six trained models with their decisions, an endpoint with its monitor, a pipeline and GPUs. They take some seconds, are marked on every page, and are removed without a trace."
      step={step}
    >
      <DemoControls />
    </StepItem>
  );
}
