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
        A new run continues with the same code. It reuses {counted(steps.good, 'completed step')} at no cost, except
        steps with a parameter that changes here.
      </p>
    </ParamsForm>
  );
}
