import type { MonitorSpec } from '../../../src/mlops/monitors/schema.ts';
import { DayField } from '../document-form/DayField.tsx';
import styles from '../document-form/document-form.module.css';
import { FormField } from '../document-form/FormField.tsx';
import { NumberField } from '../document-form/NumberField.tsx';
import type { DocumentForm } from '../document-form/use-document-form.ts';
import { BLANK_DRIFT, BLANK_REFERENCES, BLANK_WINDOWS } from './monitor-kind.ts';

const CHOICES = { no: 'Not watched', first: 'First predictions of a version', period: 'Predictions of a period' };
const WINDOWS = { hours: 'By time', predictions: 'By count' };
/** A reference that the form does not show: a saved profile. */
const OTHER = { other: 'Another reference' };

/** Fields of the drift of a monitor. */
export function MonitorDriftFields({ form }: { readonly form: DocumentForm<MonitorSpec> }) {
  const isWatched = form.get(['drift']) !== undefined;
  const isFirst = form.get(['drift', 'reference', 'first']) !== undefined;
  const isPeriod = form.get(['drift', 'reference', 'start']) !== undefined;
  const choice = !isWatched ? 'no' : isFirst ? 'first' : isPeriod ? 'period' : 'other';
  const byHours = form.get(['drift', 'window', 'predictions']) === undefined;
  const choose = (chosen: string) => {
    if (chosen === 'no') form.set(['drift'], undefined);
    if (chosen !== 'first' && chosen !== 'period') return;
    const reference = BLANK_REFERENCES[chosen];
    if (isWatched) form.set(['drift', 'reference'], reference);
    else form.set(['drift'], { ...BLANK_DRIFT, reference });
  };
  return (
    <fieldset className={styles.part}>
      <legend>Drift</legend>
      <div className={styles.fields}>
        <FormField
          label="Reference"
          value={choice}
          options={choice === 'other' ? { ...CHOICES, ...OTHER } : CHOICES}
          problem={form.findProblem(['drift'])}
          onChange={choose}
        />
        {choice === 'first' && (
          <NumberField form={form} path={['drift', 'reference', 'first']} label="Reference predictions" />
        )}
        {choice === 'period' && (
          <>
            <DayField form={form} path={['drift', 'reference', 'start']} label="Reference from" />
            <DayField form={form} path={['drift', 'reference', 'end']} label="Reference until, exclusive" />
          </>
        )}
        {isWatched && (
          <FormField
            label="Windows"
            value={byHours ? 'hours' : 'predictions'}
            options={WINDOWS}
            onChange={(chosen) => form.set(['drift', 'window'], BLANK_WINDOWS[chosen as keyof typeof BLANK_WINDOWS])}
          />
        )}
        {isWatched &&
          (byHours ? (
            <NumberField form={form} path={['drift', 'window', 'hours']} label="Window in hours" fallback="24" />
          ) : (
            <NumberField form={form} path={['drift', 'window', 'predictions']} label="Window in predictions" />
          ))}
      </div>
    </fieldset>
  );
}
