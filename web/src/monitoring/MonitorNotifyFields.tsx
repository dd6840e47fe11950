import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import type { MonitorSpec } from '../../../src/mlops/monitors/schema.ts';
import { listNotificationRoutes } from '../../../src/platform/notification-routes/schema.ts';
import { endpointQuery } from '../client.ts';
import type { Path } from '../document-form/document.ts';
import { FormField } from '../document-form/FormField.tsx';
import { ListPart } from '../document-form/ListPart.tsx';
import type { DocumentForm } from '../document-form/use-document-form.ts';
import { ValueField } from '../document-form/ValueField.tsx';
import { BLANK_RECIPIENTS, CHANNELS, type Channel, RECIPIENTS, readChannel } from './monitor-kind.ts';

interface MonitorNotifyFieldsProps {
  readonly form: DocumentForm<MonitorSpec>;
}

/** Recipients of the alerts of a monitor. */
export function MonitorNotifyFields({ form }: MonitorNotifyFieldsProps) {
  return (
    <ListPart
      form={form}
      path={['notify']}
      title="Recipients of its alerts"
      what="recipient"
      blank={BLANK_RECIPIENTS.email}
      entry={(at) => <RecipientFields form={form} at={at} />}
    />
  );
}

interface RecipientFieldsProps extends MonitorNotifyFieldsProps {
  readonly at: Path;
}

/** Channel and address of one recipient; the addresses of alert channels that are set up are offered. */
function RecipientFields({ form, at }: RecipientFieldsProps) {
  const id = useId();
  const routes = useQuery(endpointQuery(listNotificationRoutes, { query: {} }));
  const channel = readChannel(form.get(at));
  const { field, label, hint, pattern } = RECIPIENTS[channel];
  const known = new Set(
    (routes.data?.routes ?? []).map(({ target }) => target).filter((target) => pattern.test(target)),
  );
  return (
    <>
      <FormField
        label="Channel"
        value={channel}
        options={CHANNELS}
        onChange={(chosen) => form.set(at, BLANK_RECIPIENTS[chosen as Channel])}
      />
      <ValueField
        form={form}
        path={[...at, channel, field]}
        label={label}
        hint={hint}
        isRequired
        input={{ list: id }}
      />
      <datalist id={id}>
        {[...known].map((target) => (
          <option key={target} value={target} />
        ))}
      </datalist>
    </>
  );
}
