import { type ReactNode, useState } from 'react';
import { FormDialog } from '../parts/FormDialog.tsx';
import { ParamFields } from './ParamFields.tsx';
import { givenFrom, type Params, typedFrom } from './params-typed.ts';

interface ParamsFormProps {
  readonly title: string;
  readonly children: ReactNode;
  readonly defaults: Params;
  readonly act: string;
  readonly pending: boolean;
  readonly error: Error | null;
  readonly onSubmit: (params: Params) => void;
  readonly onClose: () => void;
}

/**
 * Form for parameters that starts a run with them, also on Ctrl-Enter. The input is kept when the server rejects it.
 */
export function ParamsForm(props: ParamsFormProps) {
  const { title, children, defaults, act, pending, error, onSubmit, onClose } = props;
  const [typed, setTyped] = useState(() => typedFrom(defaults));
  const { params, problems } = givenFrom(defaults, typed);
  return (
    <FormDialog
      {...{ title, act, pending, error, onClose }}
      ready={Object.keys(problems).length === 0}
      onSubmit={() => onSubmit(params)}
    >
      {children}
      <ParamFields defaults={defaults} typed={typed} problems={problems} onChange={setTyped} />
    </FormDialog>
  );
}
