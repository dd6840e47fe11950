import type { Pipeline } from '../../../src/mlops/pipelines/schema.ts';
import { counted } from '../format/number.ts';
import { ParamsForm } from './ParamsForm.tsx';
import { useStart } from './use-begin.ts';

interface RunDialogProps {
  readonly pipeline: Pick<Pipeline, 'name' | 'params' | 'steps' | 'engine'>;
  readonly onClose: () => void;
}

/** Asks with which parameters a pipeline shall run. */
export function RunDialog({ pipeline: { name, params, steps, engine }, onClose }: RunDialogProps) {
  const start = useStart(name);
  return (
    <ParamsForm
      title={`Run ${name}?`}
      defaults={params}
      act={start.isPending ? 'Starting…' : 'Run'}
      pending={start.isPending}
      error={start.error}
      onSubmit={(given) => start.mutate(given)}
      onClose={onClose}
    >
      <p>
        Its {counted(steps.length, 'step')} will run on the {engine} engine, with the code of the pipeline’s source if
        it has one. What did not change since an earlier run is taken from it, at no cost.
      </p>
    </ParamsForm>
  );
}
