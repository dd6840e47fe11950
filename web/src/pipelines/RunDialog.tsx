import { useState } from 'react';
import type { Pipeline } from '../../../src/mlops/pipelines/schema.ts';
import { counted } from '../format/number.ts';
import { ParamsForm } from './ParamsForm.tsx';
import { RefField } from './RefField.tsx';
import { useStart } from './use-begin.ts';

interface RunDialogProps {
  readonly pipeline: Pick<Pipeline, 'name' | 'params' | 'steps' | 'engine' | 'ref'>;
  readonly onClose: () => void;
}

/** Form for the parameters of a run, and the commit of its source. */
export function RunDialog({ pipeline: { name, params, steps, engine, ref }, onClose }: RunDialogProps) {
  const start = useStart(name);
  const [typedRef, setTypedRef] = useState('');
  const asked = typedRef.trim();
  return (
    <ParamsForm
      title={`Run ${name}?`}
      defaults={params}
      act={start.isPending ? 'Starting…' : 'Run'}
      pending={start.isPending}
      error={start.error}
      onSubmit={(given) => start.mutate({ params: given, ref: asked === '' ? null : asked })}
      onClose={onClose}
    >
      <p>
        Its {counted(steps.length, 'step')} will run on the {engine} engine
        {ref === null ? '' : ', with the code of its source'}. Unchanged steps are reused from an earlier run, at no
        cost.
      </p>
      {ref !== null && <RefField before={ref} value={typedRef} onChange={setTypedRef} />}
    </ParamsForm>
  );
}
