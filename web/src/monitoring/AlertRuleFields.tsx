import type { MonitorSpec } from '../../../src/mlops/monitors/schema.ts';
import type { Path } from '../document-form/document.ts';
import { FormField } from '../document-form/FormField.tsx';
import { NumberField } from '../document-form/NumberField.tsx';
import type { DocumentForm } from '../document-form/use-document-form.ts';
import { ValueField } from '../document-form/ValueField.tsx';
import { ALERT_KINDS, type AlertKind, BLANK_ALERTS, listMetrics } from './monitor-kind.ts';

interface AlertRuleFieldsProps {
  readonly form: DocumentForm<MonitorSpec>;
  readonly at: Path;
}

/** Fields of one alert rule of a monitor. */
export function AlertRuleFields({ form, at }: AlertRuleFieldsProps) {
  const kind = String(form.get([...at, 'on']) ?? 'quality');
  const name = form.get([...at, 'name']);
  const metrics = listMetrics(form.get(['quality', 'kind']), form.get(['quality', 'k']));
  const isQuality = kind === 'quality' || kind === 'estimated_quality';
  const isShareOfRequests = kind === 'latency' || kind === 'errors';
  return (
    <>
      <ValueField form={form} path={[...at, 'name']} label="Name of the alert" isRequired />
      <FormField
        label="Alert on"
        value={kind}
        options={ALERT_KINDS}
        onChange={(chosen) => form.set(at, { name: name ?? '', ...BLANK_ALERTS[chosen as AlertKind] })}
      />
      {isQuality && (
        <>
          <ValueField
            form={form}
            path={[...at, 'metric']}
            label="Measure"
            options={{ '': 'Choose a measure', ...Object.fromEntries(metrics.map((metric) => [metric, metric])) }}
            isRequired
          />
          <NumberField
            form={form}
            path={[...at, 'worseThan']}
            label="Worse than"
            hint="Below it; above it for an error."
          />
          <NumberField form={form} path={[...at, 'windowHours']} label="Window in hours" fallback="24" />
          <NumberField form={form} path={[...at, 'minPredictions']} label="Minimum predictions" fallback="30" />
        </>
      )}
      {kind === 'drift' && (
        <NumberField
          form={form}
          path={[...at, 'share']}
          label="Share of drifted columns"
          hint="0 to 1. Empty: any column."
        />
      )}
      {kind === 'latency' && <NumberField form={form} path={[...at, 'withinMs']} label="Latency threshold, ms" />}
      {isShareOfRequests && (
        <NumberField form={form} path={[...at, 'objective']} label="Share of good requests" hint="Such as 0.99." />
      )}
      {kind === 'no_data' && (
        <NumberField form={form} path={[...at, 'minutes']} label="Minutes without a prediction" fallback="60" />
      )}
      <NumberField form={form} path={[...at, 'open']} label="Failing evaluations to open" fallback="1" />
    </>
  );
}
