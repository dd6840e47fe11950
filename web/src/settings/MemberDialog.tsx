import { useState } from 'react';
import type { TeamRole } from '../../../src/org/schema.ts';
import { FormDialog } from '../parts/FormDialog.tsx';
import parts from '../parts/parts.module.css';
import { Select } from '../parts/Select.tsx';
import styles from './settings.module.css';
import { useMemberChanges } from './use-team-members.ts';

const ROLES: readonly { readonly value: TeamRole; readonly label: string }[] = [
  { value: 'contributor', label: 'Contributor: may change runs, experiments and models' },
  { value: 'viewer', label: 'Viewer: may read' },
];

interface MemberDialogProps {
  readonly team: string;
  readonly onClose: () => void;
}

/** Adds an account to a team, or changes its role there. */
export function MemberDialog({ team, onClose }: MemberDialogProps) {
  const { add } = useMemberChanges();
  const [account, setAccount] = useState('');
  const [role, setRole] = useState<TeamRole>('contributor');
  const name = account.trim().toLowerCase();
  return (
    <FormDialog
      title={`Add member to ${team}`}
      act="Add member"
      acting="Adding…"
      width="middle"
      ready={name !== ''}
      pending={add.isPending}
      error={add.error}
      onSubmit={() => add.mutate({ team, account: name, role }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <label className={styles.field}>
        Account
        <input
          className={parts.line}
          maxLength={100}
          spellCheck={false}
          autoComplete="off"
          value={account}
          onChange={(event) => setAccount(event.target.value)}
        />
      </label>
      <Select
        label="Role"
        value={role}
        options={ROLES}
        onChange={(value) => setRole(value === 'viewer' ? 'viewer' : 'contributor')}
      />
    </FormDialog>
  );
}
