import { useState } from 'react';
import { FormDialog } from '../parts/FormDialog.tsx';
import parts from '../parts/parts.module.css';
import styles from './first-use.module.css';
import { useDemoData } from './use-demo-data.ts';

/** Buttons that load and remove the demo data, with the progress of a load. */
export function DemoControls() {
  const { demo, load, remove } = useDemoData();
  const [asking, setAsking] = useState(false);
  if (demo.data === undefined) return null;
  const { state, step, steps, doing, failure, refusal } = demo.data;
  const error = load.error ?? remove.error;
  return (
    <div className={styles.demo}>
      {state === 'none' && refusal !== null && <p className={styles.blocked}>{refusal}</p>}
      {state === 'none' && refusal === null && (
        <button type="button" className={parts.button} disabled={load.isPending} onClick={() => load.mutate()}>
          Load the demo data
        </button>
      )}
      {(state === 'loading' || state === 'removing') && (
        <div className={styles.progress} role="status">
          <progress
            className={styles.bar}
            aria-label="Progress of the demo data"
            max={steps}
            {...(state === 'loading' ? { value: step } : {})}
          />
          <span>{state === 'loading' ? `Step ${step + 1} of ${steps}: ${doing}` : 'Removing the demo data'}</span>
        </div>
      )}
      {failure !== null && (
        <p className={parts.refused} role="alert">
          {failure} Remove the loaded part, then load again.
        </p>
      )}
      {(state === 'loaded' || state === 'failed') && (
        <button type="button" className={parts.button} onClick={() => setAsking(true)}>
          Remove the demo data…
        </button>
      )}
      {error !== null && (
        <p className={parts.refused} role="alert">
          {error.message}
        </p>
      )}
      {asking && (
        <FormDialog
          title="Remove the demo data?"
          act="Remove"
          acting="Removing…"
          pending={remove.isPending}
          error={remove.error}
          onSubmit={() => remove.mutate(undefined, { onSuccess: () => setAsking(false) })}
          onClose={() => setAsking(false)}
        >
          <p>
            Everything on this server is removed, also budgets, notes and decisions that were added to the demo.
            Accounts, tokens, alert channels and the audit trail stay. The server restarts, which takes a few seconds.
          </p>
        </FormDialog>
      )}
    </div>
  );
}
