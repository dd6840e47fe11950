import { useId, useState } from 'react';
import type { Decision } from '../../../src/tradeoff/decisions/schema.ts';
import type { VersionEvidence } from '../../../src/tradeoff/evidence/schema.ts';
import type { Policy } from '../../../src/tradeoff/gates/schema.ts';
import type { ComparedUnitCosts } from '../../../src/tradeoff/unit-cost/schema.ts';
import { FormDialog } from '../parts/FormDialog.tsx';
import parts from '../parts/parts.module.css';
import { Select } from '../parts/Select.tsx';
import { AliasMeans } from './AliasMeans.tsx';
import styles from './models.module.css';
import type { Aliases } from './use-aliases.ts';

interface AliasDialogProps {
  readonly model: string;
  /** null: a new alias, whose name is a field of the form. */
  readonly alias: string | null;
  readonly removes: boolean;
  /** Newest first. */
  readonly versions: readonly VersionEvidence[];
  readonly compared: ComparedUnitCosts;
  readonly policy: Policy | undefined;
  readonly metric: string | undefined;
  readonly decisions: readonly Decision[];
  readonly aliases: Aliases;
  readonly onClose: () => void;
}

/** Asks for confirmation before an alias is moved or removed, and shows the new version with its quality and cost. */
export function AliasDialog(props: AliasDialogProps) {
  const { model, alias: given, removes, versions, compared, policy, metric, decisions, aliases, onClose } = props;
  const id = useId();
  const [name, setName] = useState(given ?? '');
  const [reason, setReason] = useState('');
  const alias = name.trim().replace(/^@/, '');
  const from = versions.find((version) => version.aliases.includes(alias));
  const [chosen, setChosen] = useState(() => versions.find((version) => version !== from)?.version);
  const to = removes ? undefined : versions.find(({ version }) => version === chosen);
  const title = removes ? `Remove @${alias}?` : given === null ? 'Set a new alias' : `Move @${alias}?`;
  const isGoverned = policy !== undefined && alias === policy.spec.alias;
  const isReasoned = !isGoverned || reason.trim() !== '';
  const ready = alias !== '' && isReasoned && (removes || (to !== undefined && to !== from));
  const why = isGoverned ? { reason: reason.trim() } : {};
  const submit = () => aliases.move.mutate({ alias, version: to?.version ?? null, ...why }, { onSuccess: onClose });
  return (
    <FormDialog
      title={title}
      act={removes ? 'Remove' : from === undefined ? 'Set' : 'Move'}
      width="middle"
      ready={ready}
      pending={aliases.move.isPending}
      error={aliases.move.error}
      onSubmit={submit}
      onClose={onClose}
    >
      {given === null && (
        <label className={styles.dialogField} htmlFor={`${id}-name`}>
          Alias
          <input
            id={`${id}-name`}
            className={parts.line}
            placeholder="champion"
            spellCheck={false}
            autoComplete="off"
            required
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
      )}
      {!removes && (
        <Select
          label="Point it to"
          value={chosen ?? ''}
          options={versions.map(({ version }) => ({
            value: version,
            label: `version ${version}${version === from?.version ? ' (as now)' : ''}`,
          }))}
          onChange={setChosen}
        />
      )}
      {isGoverned && (
        <label className={styles.dialogField} htmlFor={`${id}-reason`}>
          Reason for moving it without its gate
          <input
            id={`${id}-reason`}
            className={parts.line}
            autoComplete="off"
            required
            maxLength={2000}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </label>
      )}
      {alias !== '' && <AliasMeans {...{ model, alias, from, to, compared, policy, metric, decisions }} />}
    </FormDialog>
  );
}
