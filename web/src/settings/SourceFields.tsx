import { type BillSourceSpec, DEFAULT_SCHEDULE } from '../../../src/finops/sources/schema.ts';
import styles from '../document-form/document-form.module.css';
import { FormField } from '../document-form/FormField.tsx';
import { NumberField } from '../document-form/NumberField.tsx';
import type { DocumentForm } from '../document-form/use-document-form.ts';
import { ValueField } from '../document-form/ValueField.tsx';
import { LocationFields } from './LocationFields.tsx';
import { BY_HAND, LAYOUTS, SCHEDULES } from './source-kind.ts';

interface SourceFieldsProps {
  readonly form: DocumentForm<BillSourceSpec>;
  readonly isNew: boolean;
}

/** Fields of a bill source: its location, the layout of the exports, and when they are fetched. */
export function SourceFields({ form, isNew }: SourceFieldsProps) {
  const stated = form.get(['schedule']);
  const schedule = stated === null ? BY_HAND : String(stated ?? DEFAULT_SCHEDULE);
  return (
    <>
      {isNew && (
        <div className={styles.fields}>
          <FormField
            label="Name"
            value={form.read.name}
            problem={form.nameProblem}
            onChange={form.setName}
            input={{ placeholder: 'aws' }}
          />
        </div>
      )}
      <LocationFields form={form} />
      <fieldset className={styles.part}>
        <legend>Exports</legend>
        <div className={styles.fields}>
          <ValueField form={form} path={['layout']} label="Layout" options={LAYOUTS} fallback="auto" />
          <ValueField
            form={form}
            path={['exportName']}
            label="Name of the export"
            hint="Replaces the name in the manifest."
          />
          <FormField
            label="Sync"
            value={schedule}
            options={schedule in SCHEDULES ? SCHEDULES : { ...SCHEDULES, [schedule]: schedule }}
            problem={form.findProblem(['schedule'])}
            onChange={(chosen) => form.set(['schedule'], chosen === BY_HAND ? null : chosen)}
          />
          <NumberField
            form={form}
            path={['periods']}
            label="Months to sync"
            hint="Includes the current month. Empty: all."
          />
          <NumberField
            form={form}
            path={['closedAfterDays']}
            label="Days until a month is closed"
            hint="After its end."
            fallback="14"
          />
          <NumberField
            form={form}
            path={['allowRejected']}
            label="Rejected rows allowed"
            hint="Rows of a delivery that may be left out."
            fallback="0"
          />
        </div>
      </fieldset>
    </>
  );
}
