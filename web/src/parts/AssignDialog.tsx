import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import type { Handling, HandlingEndpoints, WorkState } from '../../../src/platform/acknowledgements/schema.ts';
import type { CallInput } from '../../../src/platform/contract/schema.ts';
import { call } from '../client.ts';
import { useTeams } from '../frame/use-teams.ts';
import { Choice } from './Choice.tsx';
import { FormDialog } from './FormDialog.tsx';
import form from './form-dialog.module.css';
import parts from './parts.module.css';
import { Select } from './Select.tsx';
import { WORK_STATES } from './work-states.ts';

interface AssignDialogProps {
  readonly endpoints: HandlingEndpoints;
  readonly params: Readonly<Record<string, string>>;
  readonly states: readonly WorkState[];
  readonly handling: Pick<Handling, 'assigned' | 'work'>;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

const KINDS = [
  { value: 'account', label: 'Person' },
  { value: 'team', label: 'Team' },
] as const;

/** Asks for the owner, a comment and the state of the work; a dismissal needs a reason. */
export function AssignDialog({ endpoints, params, states, handling, onClose, onDone }: AssignDialogProps) {
  const id = useId();
  const teams = useTeams() ?? [];
  const [kind, setKind] = useState<'account' | 'team'>(handling.assigned?.to.kind ?? 'account');
  const [name, setName] = useState(handling.assigned?.to.name ?? '');
  const [comment, setComment] = useState('');
  const [state, setState] = useState<WorkState>(handling.work?.state ?? 'open');
  const assign = useAssign(endpoints, params, onDone);
  const text = comment.trim();
  const submit = () =>
    assign.mutate({
      to: name.trim() === '' ? null : { kind, name: name.trim() },
      ...(text === '' ? {} : { comment: text }),
      ...(state === (handling.work?.state ?? 'open') ? {} : { state, ...(text === '' ? {} : { reason: text }) }),
    });
  return (
    <FormDialog
      title="Owner and state"
      act="Save"
      acting="Saving…"
      ready={state !== 'dismissed' || text !== ''}
      pending={assign.isPending}
      error={assign.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <Choice label="Kind of owner" value={kind} options={KINDS} onChange={setKind} />
      <label className={form.line} htmlFor={`${id}-name`}>
        {kind === 'team' ? 'Team' : 'Account'} (empty: no owner)
        <input
          id={`${id}-name`}
          className={parts.line}
          maxLength={250}
          autoComplete="off"
          list={kind === 'team' ? `${id}-teams` : undefined}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <datalist id={`${id}-teams`}>
        {teams.map((team) => (
          <option key={team} value={team} />
        ))}
      </datalist>
      <Select
        label="State"
        value={state}
        options={states.map((value) => ({ value, label: WORK_STATES[value] }))}
        onChange={(value) => setState(states.find((one) => one === value) ?? 'open')}
      />
      <label className={form.line} htmlFor={`${id}-comment`}>
        {state === 'dismissed' ? 'Reason (required)' : 'Comment'}
        <input
          id={`${id}-comment`}
          className={parts.line}
          maxLength={2000}
          autoComplete="off"
          value={comment}
          onChange={(event) => setComment(event.target.value)}
        />
      </label>
    </FormDialog>
  );
}

type Asked = NonNullable<CallInput<HandlingEndpoints['assign']>['body']>;

function useAssign(endpoints: HandlingEndpoints, params: Readonly<Record<string, string>>, onDone: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Asked) => call(endpoints.assign, { params, body }),
    onSuccess: onDone,
    onSettled: () => void queries.invalidateQueries(),
  });
}
