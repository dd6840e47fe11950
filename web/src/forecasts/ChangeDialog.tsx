import { type InputHTMLAttributes, useId, useState } from 'react';
import { Choice } from '../parts/Choice.tsx';
import { FormDialog } from '../parts/FormDialog.tsx';
import layout from '../parts/layout.module.css';
import parts from '../parts/parts.module.css';
import { Select } from '../parts/Select.tsx';
import { type ChangeDraft, checkedDraft } from './change-draft.ts';
import styles from './forecasts.module.css';
import type { ForecastChanges } from './use-forecast-changes.ts';

const BY = [
  { value: 'amount', label: 'amount per day' },
  { value: 'factor', label: 'factor' },
] as const;
const OF: readonly { readonly value: ChangeDraft['of']; readonly label: string }[] = [
  { value: 'everything', label: 'unallocated' },
  { value: 'team', label: 'team' },
  { value: 'project', label: 'project (team/project)' },
  { value: 'model', label: 'model' },
  { value: 'endpoint', label: 'endpoint' },
  { value: 'serviceName', label: 'cloud service' },
];

/** A factor without a subject applies to all cost. */
const OF_FACTOR = OF.map((one) => (one.value === 'everything' ? { ...one, label: 'everything' } : one));

interface ChangeDialogProps {
  readonly currency: string;
  /** First day that is not billed: before it, a bill has it already. */
  readonly from: string;
  readonly team: string | undefined;
  readonly changes: ForecastChanges;
  readonly onClose: () => void;
}

/** Form for a known change of cost that no bill shows yet. */
export function ChangeDialog({ currency, from, team, changes, onClose }: ChangeDialogProps) {
  const [draft, setDraft] = useState<ChangeDraft>({
    ...{ what: '', from, until: '', by: 'amount' as const, dailyAmount: '', factor: '', currency },
    ...{ of: team === undefined ? 'everything' : 'team', name: team ?? '' },
  });
  const { change, problems } = checkedDraft(draft);
  const put = (part: Partial<ChangeDraft>) => setDraft((before) => ({ ...before, ...part }));
  return (
    <FormDialog
      title="Add known change"
      act="Add"
      acting="Adding…"
      ready={change !== null}
      pending={changes.add.isPending}
      error={changes.add.error}
      onSubmit={() => {
        if (change !== null) changes.add.mutate(change, { onSuccess: onClose });
      }}
      onClose={onClose}
    >
      <p className={layout.quiet}>
        For example a planned endpoint, a growing team or a price cut. The change is added to the days to come; days
        that a bill covers count once.
      </p>
      <Line
        label="Description"
        value={draft.what}
        problem={problems.what}
        onChange={(what) => put({ what })}
        input={{ placeholder: 'endpoint for search, 2 H100' }}
      />
      <div className={styles.choice}>
        <Choice label="Type of change" value={draft.by} options={BY} onChange={(by) => put({ by })} />
      </div>
      {draft.by === 'amount' ? (
        <Line
          label={`Daily change in ${currency}; negative for less`}
          value={draft.dailyAmount}
          problem={problems.dailyAmount}
          onChange={(dailyAmount) => put({ dailyAmount })}
          input={{ inputMode: 'decimal', placeholder: '240' }}
        />
      ) : (
        <Line
          label="Daily factor: 1.5 is half more, 0.9 is 10 % less"
          value={draft.factor}
          problem={problems.factor}
          onChange={(factor) => put({ factor })}
          input={{ inputMode: 'decimal', placeholder: '1.5' }}
        />
      )}
      <div className={styles.pair}>
        <Line
          label="First day"
          value={draft.from}
          problem={problems.from}
          onChange={(day) => put({ from: day })}
          input={{ type: 'date' }}
        />
        <Line
          label="First day without it (optional)"
          value={draft.until}
          problem={problems.until}
          onChange={(until) => put({ until })}
          input={{ type: 'date' }}
        />
      </div>
      <div className={styles.choice}>
        <Select
          label="Scope"
          value={draft.of}
          options={draft.by === 'factor' ? OF_FACTOR : [...OF]}
          onChange={(of) => put({ of: of as ChangeDraft['of'] })}
        />
      </div>
      {draft.of !== 'everything' && (
        <Line label="Name" value={draft.name} problem={problems.subject} onChange={(name) => put({ name })} />
      )}
    </FormDialog>
  );
}

interface LineProps {
  readonly label: string;
  readonly value: string;
  readonly problem?: string | undefined;
  readonly onChange: (value: string) => void;
  readonly input?: InputHTMLAttributes<HTMLInputElement>;
}

function Line({ label, value, problem, onChange, input }: LineProps) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <input
        {...input}
        id={id}
        className={parts.line}
        autoComplete="off"
        value={value}
        aria-invalid={problem !== undefined}
        {...(problem === undefined ? {} : { 'aria-describedby': `${id}-message` })}
        onChange={(event) => onChange(event.target.value)}
      />
      {problem !== undefined && (
        <span id={`${id}-message`} className={parts.refused}>
          {problem}
        </span>
      )}
    </div>
  );
}
