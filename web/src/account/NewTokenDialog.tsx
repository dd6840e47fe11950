import { useState } from 'react';
import { TokenScopes } from '../../../src/platform/auth/schema.ts';
import { scopes as allScopes } from '../../../src/platform/contract/schema.ts';
import { CopyButton } from '../parts/CopyButton.tsx';
import { FormDialog } from '../parts/FormDialog.tsx';
import parts from '../parts/parts.module.css';
import { Select } from '../parts/Select.tsx';
import styles from './account.module.css';
import { useTokenChanges } from './use-tokens.ts';

const NO_END = '';
const ENDS = [
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: '1 year' },
  { value: NO_END, label: 'No expiry' },
];
const choices = allScopes.filter((scope) => scope !== 'open');

/** Form for label, expiry and scopes of a new token; then shows its secret once. */
export function NewTokenDialog({ onClose }: { readonly onClose: () => void }) {
  const { create } = useTokenChanges();
  const [label, setLabel] = useState('');
  const [days, setDays] = useState('90');
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const toggle = (scope: string) =>
    setChosen((before) => (before.includes(scope) ? before.filter((one) => one !== scope) : [...before, scope]));
  const secret = create.data?.secret;
  const submit = () =>
    create.mutate({
      label: label.trim(),
      expiresInDays: days === NO_END ? null : Number(days),
      scopes: chosen.length === 0 ? null : TokenScopes.parse(chosen),
    });
  if (secret !== undefined) {
    return (
      <FormDialog
        title="Token created"
        act="Done"
        cancel="Close"
        pending={false}
        error={null}
        onSubmit={onClose}
        onClose={onClose}
      >
        <p>Copy the token now. It is not shown again.</p>
        <p className={styles.secret}>
          <code data-testid="secret">{secret}</code> <CopyButton text={secret} what="the token" />
        </p>
      </FormDialog>
    );
  }
  return (
    <FormDialog
      title="New token"
      act="Create token"
      acting="Creating…"
      width="middle"
      ready={label.trim() !== ''}
      pending={create.isPending}
      error={create.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <label className={styles.field}>
        Label
        <input
          className={parts.line}
          required
          maxLength={100}
          autoComplete="off"
          value={label}
          onChange={(event) => setLabel(event.target.value)}
        />
      </label>
      <div>
        <Select label="Expires after" value={days} options={ENDS} onChange={setDays} />
      </div>
      <fieldset className={styles.scopeList}>
        <legend>Scopes (none: all of your role)</legend>
        {choices.map((scope) => (
          <label key={scope}>
            <input type="checkbox" checked={chosen.includes(scope)} onChange={() => toggle(scope)} /> {scope}
          </label>
        ))}
      </fieldset>
    </FormDialog>
  );
}
