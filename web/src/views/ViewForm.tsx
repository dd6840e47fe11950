import { useState } from 'react';
import type { SavedView, ViewSharing } from '../../../src/tradeoff/views/schema.ts';
import { useTeams } from '../frame/use-teams.ts';
import { FormDialog } from '../parts/FormDialog.tsx';
import parts from '../parts/parts.module.css';
import { Select } from '../parts/Select.tsx';
import styles from './views.module.css';

export interface ViewFields extends Pick<SavedView, 'name' | 'sharing' | 'team'> {
  readonly keepsDates: boolean;
}

interface ViewFormProps {
  readonly title: string;
  readonly act: string;
  readonly given: ViewFields;
  /** The form asks whether the dates are kept. */
  readonly asksDates: boolean;
  readonly pending: boolean;
  readonly error: Error | null;
  readonly onSubmit: (fields: ViewFields) => void;
  readonly onClose: () => void;
}

const SHARING: readonly { readonly value: ViewSharing; readonly label: string }[] = [
  { value: 'private', label: 'Only you' },
  { value: 'team', label: 'A team' },
  { value: 'all', label: 'Everyone' },
];

/** Name and sharing of a view. */
export function ViewForm({ title, act, given, asksDates, pending, error, onSubmit, onClose }: ViewFormProps) {
  const [fields, setFields] = useState(given);
  const teams = useTeams() ?? [];
  const set = (more: Partial<ViewFields>) => setFields((before) => ({ ...before, ...more }));
  const name = fields.name.trim();
  const team = fields.sharing === 'team' ? (fields.team ?? teams[0] ?? null) : null;
  return (
    <FormDialog
      title={title}
      act={act}
      width="middle"
      ready={name !== '' && (fields.sharing !== 'team' || team !== null)}
      pending={pending}
      error={error}
      onSubmit={() => onSubmit({ ...fields, name, team })}
      onClose={onClose}
    >
      <label className={styles.field}>
        Name
        <input
          className={parts.line}
          maxLength={80}
          autoComplete="off"
          value={fields.name}
          onChange={(event) => set({ name: event.target.value })}
        />
      </label>
      <Select
        label="Visible to"
        value={fields.sharing}
        options={SHARING}
        onChange={(value) => set({ sharing: SHARING.find((one) => one.value === value)?.value ?? 'private' })}
      />
      {fields.sharing === 'team' && (
        <Select
          label="Team"
          value={team ?? ''}
          options={teams.map((value) => ({ value, label: value }))}
          onChange={(value) => set({ team: value })}
        />
      )}
      {asksDates && (
        <label className={styles.check}>
          <input
            type="checkbox"
            checked={fields.keepsDates}
            onChange={(event) => set({ keepsDates: event.target.checked })}
          />{' '}
          Keep the dates in view; otherwise the view opens with the dates that are chosen then
        </label>
      )}
    </FormDialog>
  );
}
