import type { BillSourceSpec } from '../../../src/finops/sources/schema.ts';
import styles from '../document-form/document-form.module.css';
import { FormField } from '../document-form/FormField.tsx';
import type { DocumentForm } from '../document-form/use-document-form.ts';
import { ValueField } from '../document-form/ValueField.tsx';
import { BLANK_LOCATIONS, LOCATIONS, type LocationType } from './source-kind.ts';

/** Where a bill source reads: a folder, a bucket or a container. */
export function LocationFields({ form }: { readonly form: DocumentForm<BillSourceSpec> }) {
  const type = String(form.get(['location', 'type']) ?? 'folder');
  const at = (field: string) => ['location', field];
  return (
    <fieldset className={styles.part}>
      <legend>Location</legend>
      <div className={styles.fields}>
        <FormField
          label="Kind"
          value={type}
          options={LOCATIONS}
          onChange={(chosen) => form.set(['location'], BLANK_LOCATIONS[chosen as LocationType])}
        />
        {type === 'folder' && (
          <ValueField
            form={form}
            path={at('path')}
            label="Folder"
            hint="Absolute path, such as /srv/bills."
            isRequired
          />
        )}
        {type === 's3' && (
          <>
            <ValueField form={form} path={at('bucket')} label="Bucket" isRequired />
            <ValueField form={form} path={at('region')} label="Region" hint="Empty: detected automatically." />
            <ValueField
              form={form}
              path={['location', 'assumeRole', 'roleArn']}
              label="Role to assume"
              hint="ARN of a role that may read the bucket. Empty: the credentials of the server."
            />
          </>
        )}
        {type === 'azureBlob' && (
          <>
            <ValueField form={form} path={at('container')} label="Container" isRequired />
            <ValueField form={form} path={at('account')} label="Storage account" />
            <ValueField
              form={form}
              path={at('sasToken')}
              label="Shared access signature"
              hint="Reference to the secret, such as env:AZURE_SAS."
            />
          </>
        )}
        {type !== 'folder' && (
          <ValueField
            form={form}
            path={at('prefix')}
            label="Folder in it"
            hint="Such as exports/finance. Empty: all of it."
          />
        )}
      </div>
    </fieldset>
  );
}
