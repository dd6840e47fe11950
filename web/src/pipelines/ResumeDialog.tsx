import type { PipelineRun } from '../../../src/mlops/pipelines/schema.ts';
import { counted } from '../format/number.ts';
import { ParamsForm } from './ParamsForm.tsx';
import { useResume } from './use-begin.ts';

interface ResumeDialogProps {
  readonly run: PipelineRun;
  readonly onClose: () => void;
}

/** Form for the parameters of a run that resumes an earlier one. */
export function ResumeDialog({ run, onClose }: ResumeDialogProps) {
  const resume = useResume(run);
  const { pipeline, number, params, steps } = run;
  return (
    <ParamsForm
      title={`Resume #${number} of ${pipeline}?`}
      defaults={params}
      act={resume.isPending ? 'Resuming…' : 'Resume'}
      pending={resume.isPending}
      error={resume.error}
      onSubmit={(given) => resume.mutate(given)}
      onClose={onClose}
    >
      <p>
        A new run with the same code goes on from it. {counted(steps.good, 'step')} went well and{' '}
        {steps.good === 1 ? 'is' : 'are'} taken as {steps.good === 1 ? 'it is' : 'they are'}, at no cost, unless a
        parameter that {steps.good === 1 ? 'it stands' : 'they stand'} on changes here.
      </p>
    </ParamsForm>
  );
}
