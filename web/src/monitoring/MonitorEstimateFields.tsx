import type { MonitorSpec } from '../../../src/mlops/monitors/schema.ts';
import { DayField } from '../document-form/DayField.tsx';
import styles from '../document-form/document-form.module.css';
import { FormField } from '../document-form/FormField.tsx';
import { NumberField } from '../document-form/NumberField.tsx';
import type { DocumentForm } from '../document-form/use-document-form.ts';
import { BLANK_ESTIMATE } from './monitor-kind.ts';

const CHOICES = { no: 'No', yes: 'From labeled predictions of a period' };

/** Fields of the estimate of quality while labels are missing. */
export function MonitorEstimateFields({ form }: { readonly form: DocumentForm<MonitorSpec> }) {
  const isOn = form.get(['estimate']) !== undefined;
  return (
    <fieldset className={styles.part}>
      <legend>Estimated quality</legend>
      <div className={styles.fields}>
        <FormField
          label="Estimate while labels are missing"
          value={isOn ? 'yes' : 'no'}
          options={CHOICES}
          hint="Of classes with a probability, and of numbers."
          problem={isOn ? undefined : form.findProblem(['estimate'])}
          onChange={(chosen) => form.set(['estimate'], chosen === 'yes' ? BLANK_ESTIMATE : undefined)}
        />
        {isOn && (
          <>
            <DayField form={form} path={['estimate', 'reference', 'start']} label="Labeled period from" />
            <DayField form={form} path={['estimate', 'reference', 'end']} label="Labeled period until, exclusive" />
            <NumberField
              form={form}
              path={['estimate', 'until']}
              label="Labeled share that ends the estimate"
              hint="0 to 1."
              fallback="0.5"
            />
          </>
        )}
      </div>
    </fieldset>
  );
}
