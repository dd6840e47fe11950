import { Link } from '@tanstack/react-router';
import type { FirstStep } from '../../../src/tradeoff/first-use/schema.ts';
import { CopyButton } from '../parts/CopyButton.tsx';
import parts from '../parts/parts.module.css';
import styles from './first-use.module.css';
import { METERED_COMMAND, MLFLOW_EXAMPLE } from './mlflow-example.ts';
import { StepItem } from './StepItem.tsx';

/** The two snippets that point an MLflow client to this server. */
export function MlflowStep({ step }: { readonly step: FirstStep }) {
  const line = `export MLFLOW_TRACKING_URI=${window.location.origin}`;
  return (
    <StepItem
      title="Point MLflow here"
      text={
        <>
          MLflow clients from 2.22 on work unchanged; runs appear in Experiments. Start a script with{' '}
          <code>{METERED_COMMAND}</code> to meter its cost.
        </>
      }
      step={step}
    >
      {step.done && (
        <Link to="/experiments" className={parts.button}>
          Open the experiments
        </Link>
      )}
      <Snippet what="the tracking URI" label="Shell" text={line} />
      <Snippet what="the Python example" label="Python" text={MLFLOW_EXAMPLE} />
    </StepItem>
  );
}

function Snippet({ label, what, text }: { readonly label: string; readonly what: string; readonly text: string }) {
  return (
    <div className={styles.snippet}>
      <div className={styles.snippetHead}>
        {label} <CopyButton text={text} what={what} />
      </div>
      <pre className={parts.code}>{text}</pre>
    </div>
  );
}
