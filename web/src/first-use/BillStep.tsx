import { Link } from '@tanstack/react-router';
import type { FirstStep } from '../../../src/tradeoff/first-use/schema.ts';
import parts from '../parts/parts.module.css';
import { StepItem } from './StepItem.tsx';

/** Upload of the first bill. */
export function BillStep({ step }: { readonly step: FirstStep }) {
  return (
    <StepItem
      title="Upload a bill"
      text="A FOCUS, AWS, Azure or OCI export as CSV or Parquet. It shows the spend by service, resource and team."
      step={step}
    >
      <Link to="/deliveries/upload" className={`${parts.button} ${step.done ? '' : parts.primary}`}>
        {step.done ? 'Upload another bill' : 'Upload a bill'}
      </Link>
    </StepItem>
  );
}
