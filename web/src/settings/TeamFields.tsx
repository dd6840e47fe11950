import styles from '../document-form/document-form.module.css';
import { FormField } from '../document-form/FormField.tsx';
import type { DocumentForm } from '../document-form/use-document-form.ts';
import { ValueField } from '../document-form/ValueField.tsx';
import type { TeamSpec } from './team-kind.ts';

interface TeamFieldsProps {
  readonly form: DocumentForm<TeamSpec>;
  readonly isNew: boolean;
}

/** Fields of a team. Its members are accounts and not part of the document. */
export function TeamFields({ form, isNew }: TeamFieldsProps) {
  return (
    <div className={styles.fields}>
      {isNew && (
        <FormField
          label="Name"
          value={form.read.name}
          problem={form.nameProblem}
          hint="As in the tags of bills, such as search."
          onChange={form.setName}
        />
      )}
      <ValueField form={form} path={['displayName']} label="Display name" />
      <ValueField
        form={form}
        path={['owner']}
        label="Owner"
        hint="E-mail address of the cost owner."
        input={{ type: 'email' }}
      />
      <ValueField form={form} path={['description']} label="Description" />
    </div>
  );
}
