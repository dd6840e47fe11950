import { useQuery } from '@tanstack/react-query';
import type { MonitorSpec } from '../../../src/mlops/monitors/schema.ts';
import { listModels } from '../../../src/mlops/registry/schema.ts';
import { endpointQuery } from '../client.ts';
import styles from '../document-form/document-form.module.css';
import { FormField } from '../document-form/FormField.tsx';
import { ListPart } from '../document-form/ListPart.tsx';
import { NumberField } from '../document-form/NumberField.tsx';
import type { DocumentForm } from '../document-form/use-document-form.ts';
import { ValueField } from '../document-form/ValueField.tsx';
import { AlertRuleFields } from './AlertRuleFields.tsx';
import { MonitorDriftFields } from './MonitorDriftFields.tsx';
import { MonitorEstimateFields } from './MonitorEstimateFields.tsx';
import { MonitorNotifyFields } from './MonitorNotifyFields.tsx';
import { BLANK_ALERTS, QUALITY_KINDS } from './monitor-kind.ts';

const NO_QUALITY = { '': 'Not compared' };

interface MonitorFieldsProps {
  readonly form: DocumentForm<MonitorSpec>;
  readonly isNew: boolean;
}

/** Fields of a monitor: its model, comparison with labels, drift and alert rules. */
export function MonitorFields({ form, isNew }: MonitorFieldsProps) {
  const models = useQuery(endpointQuery(listModels, { query: {} }));
  const names = (models.data?.models ?? []).map(({ name }) => [name, name]);
  const quality = String(form.get(['quality', 'kind']) ?? '');
  return (
    <>
      <div className={styles.fields}>
        {isNew && <FormField label="Name" value={form.read.name} problem={form.nameProblem} onChange={form.setName} />}
        <ValueField
          form={form}
          path={['model']}
          label="Model"
          options={{ '': 'Choose a model', ...Object.fromEntries(names) }}
          isRequired
        />
        <FormField
          label="Outputs and labels"
          value={quality}
          options={{ ...NO_QUALITY, ...QUALITY_KINDS }}
          problem={form.findProblem(['quality'])}
          onChange={(kind) => form.set(['quality'], kind === '' ? undefined : { kind })}
        />
        {quality !== '' && (
          <ValueField
            form={form}
            path={['quality', 'output']}
            label="Field of the output"
            hint="Empty: the whole output."
          />
        )}
        {quality === 'classification' && (
          <>
            <ValueField form={form} path={['quality', 'positive']} label="Positive class" />
            <ValueField
              form={form}
              path={['quality', 'probability']}
              label="Field with a probability"
              hint="Needed to estimate quality before labels arrive."
            />
          </>
        )}
        {quality === 'ranking' && <NumberField form={form} path={['quality', 'k']} label="Top k" fallback="10" />}
        <NumberField form={form} path={['labels', 'withinDays']} label="Labels arrive within, days" fallback="30" />
        <NumberField
          form={form}
          path={['log', 'sample']}
          label="Share of predictions stored"
          hint="0 to 1."
          fallback="1"
        />
      </div>
      {(quality === 'classification' || quality === 'regression' || form.get(['estimate']) !== undefined) && (
        <MonitorEstimateFields form={form} />
      )}
      <MonitorDriftFields form={form} />
      <ListPart
        form={form}
        path={['alerts']}
        title="Alert rules"
        what="alert rule"
        blank={{ name: '', ...BLANK_ALERTS.quality }}
        entry={(at) => <AlertRuleFields form={form} at={at} />}
      />
      <MonitorNotifyFields form={form} />
    </>
  );
}
