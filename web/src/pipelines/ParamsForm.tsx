import { type KeyboardEvent, type ReactNode, useState } from 'react';
import { Dialog } from '../parts/Dialog.tsx';
import parts from '../parts/parts.module.css';
import { ParamFields } from './ParamFields.tsx';
import { givenFrom, type Params, typedFrom } from './params-typed.ts';
import styles from './pipelines.module.css';

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

/** Asks for parameters and begins a run with them: Ctrl-Enter does too. What was typed stays when the server refuses. */
export function ParamsForm(props: ParamsFormProps) {
  const { title, children, defaults, act, pending, error, onSubmit, onClose } = props;
  const [typed, setTyped] = useState(() => typedFrom(defaults));
  const { params, problems } = givenFrom(defaults, typed);
  const ready = Object.keys(problems).length === 0 && !pending;
  const submit = () => {
    if (ready) onSubmit(params);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit();
  };
  return (
    <Dialog label={title} onClose={onClose}>
      <form
        className={styles.dialog}
        onKeyDown={onKey}
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <h2 className={styles.dialogTitle}>{title}</h2>
        {children}
        <ParamFields defaults={defaults} typed={typed} problems={problems} onChange={setTyped} />
        {error !== null && (
          <p className={parts.refused} role="alert">
            {error.message}
          </p>
        )}
        <div className={styles.buttons}>
          <button type="button" className={parts.button} onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className={`${parts.button} ${parts.primary}`} disabled={!ready}>
            {act} <span aria-hidden="true">Ctrl ↵</span>
          </button>
        </div>
      </form>
    </Dialog>
  );
}
