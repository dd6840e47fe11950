import { type NotificationRouteSpec, Topic } from '../../../src/platform/notification-routes/schema.ts';
import styles from '../document-form/document-form.module.css';
import { FormField } from '../document-form/FormField.tsx';
import { ListField } from '../document-form/ListField.tsx';
import type { DocumentForm } from '../document-form/use-document-form.ts';
import { ValueField } from '../document-form/ValueField.tsx';
import { findTargetKind, TARGETS, type TargetKind } from './route-kind.ts';

const SEVERITIES = { info: 'All', warning: 'Warning and critical', critical: 'Critical only' };
const DIGESTS = { '': 'Each notice immediately', hour: 'Hourly digest', day: 'Daily digest', week: 'Weekly digest' };
const KINDS = Object.fromEntries(Object.entries(TARGETS).map(([kind, { label }]) => [kind, label]));

interface RouteFieldsProps {
  readonly form: DocumentForm<NotificationRouteSpec>;
  readonly isNew: boolean;
}

/** Fields of an alert channel: recipient, the notices that it receives, and when. */
export function RouteFields({ form, isNew }: RouteFieldsProps) {
  const kind = findTargetKind(form.get(['to']));
  const { field, hint } = TARGETS[kind];
  const text = (word: string) => word;
  return (
    <>
      <div className={styles.fields}>
        {isNew && (
          <FormField
            label="Name"
            value={form.read.name}
            problem={form.nameProblem}
            onChange={form.setName}
            input={{ placeholder: 'finance-mail' }}
          />
        )}
        <FormField
          label="Recipient"
          value={kind}
          options={KINDS}
          onChange={(chosen) => form.set(['to'], { [chosen]: { [TARGETS[chosen as TargetKind].field]: '' } })}
        />
        <ValueField form={form} path={['to', kind, field]} label="Address" hint={hint} isRequired />
        <ValueField form={form} path={['owner']} label="Owner" hint="Account or team that owns it." />
      </div>
      <fieldset className={styles.part}>
        <legend>Notices that match every field. Leave empty for all.</legend>
        <div className={styles.fields}>
          <ListField
            form={form}
            path={['match', 'topics']}
            label="Topics"
            hint={Topic.options.join(', ')}
            parse={text}
            format={String}
            isOptional
          />
          <ListField form={form} path={['match', 'teams']} label="Teams" parse={text} format={String} isOptional />
          <ListField form={form} path={['match', 'models']} label="Models" parse={text} format={String} isOptional />
          <ValueField
            form={form}
            path={['match', 'minSeverity']}
            label="Severity"
            options={SEVERITIES}
            fallback="info"
          />
        </div>
      </fieldset>
      <fieldset className={styles.part}>
        <legend>Time</legend>
        <div className={styles.fields}>
          <FormField
            label="Delivery"
            value={String(form.get(['digest', 'every']) ?? '')}
            options={DIGESTS}
            problem={form.findProblem(['digest'])}
            onChange={(every) => form.set(['digest'], every === '' ? undefined : { every })}
          />
        </div>
      </fieldset>
    </>
  );
}
