import type { MonitorSpec } from '../../../src/mlops/monitors/schema.ts';
import styles from '../document-form/document-form.module.css';
import { FormField } from '../document-form/FormField.tsx';
import { NumberField } from '../document-form/NumberField.tsx';
import type { DocumentForm } from '../document-form/use-document-form.ts';
import { BLANK_DRIFT } from './monitor-kind.ts';

const CHOICES = { no: 'Not watched', first: 'First predictions of a version' };
/** A reference that the form does not show: a period or a saved profile. */
const OTHER = { other: 'Another reference' };

/** Fields of the drift of a monitor. */
export function MonitorDriftFields({ form }: { readonly form: DocumentForm<MonitorSpec> }) {
  const isWatched = form.get(['drift']) !== undefined;
  const isFirst = form.get(['drift', 'reference', 'first']) !== undefined;
  const choice = !isWatched ? 'no' : isFirst ? 'first' : 'other';
  const byHours = form.get(['drift', 'window', 'predictions']) === undefined;
  return (
    <fieldset className={styles.part}>
      <legend>Drift</legend>
      <div className={styles.fields}>
        <FormField
          label="Reference"
          value={choice}
          options={choice === 'other' ? { ...CHOICES, ...OTHER } : CHOICES}
          problem={form.findProblem(['drift'])}
          onChange={(chosen) => {
            if (chosen !== 'other') form.set(['drift'], chosen === 'no' ? undefined : BLANK_DRIFT);
          }}
        />
        {choice === 'first' && (
          <NumberField form={form} path={['drift', 'reference', 'first']} label="Reference predictions" />
        )}
        {isWatched && byHours && (
          <NumberField form={form} path={['drift', 'window', 'hours']} label="Window in hours" fallback="24" />
        )}
      </div>
    </fieldset>
  );
}
