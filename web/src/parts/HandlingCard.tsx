import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Handling, HandlingEndpoints, WorkState } from '../../../src/platform/acknowledgements/schema.ts';
import { call, endpointQuery } from '../client.ts';
import { AssignDialog } from './AssignDialog.tsx';
import { Card } from './Card.tsx';
import { EditForm } from './EditForm.tsx';
import { Facts } from './Facts.tsx';
import { Instant } from './Instant.tsx';
import { Loaded } from './Loaded.tsx';
import { Notice } from './Notice.tsx';
import parts from './parts.module.css';
import { UndoNotice } from './UndoNotice.tsx';
import { WORK_STATES } from './work-states.ts';

interface HandlingCardProps {
  readonly title: string;
  readonly endpoints: HandlingEndpoints;
  /** The id under the name of its parameter. */
  readonly params: Readonly<Record<string, string>>;
  /** States of the work that can be chosen here; default: all. */
  readonly states?: readonly WorkState[];
}

const HEIGHT = 72;
const ALL_STATES: readonly WorkState[] = ['open', 'accepted', 'in_progress', 'done', 'dismissed'];

/** Owner, state of the work and acknowledgement of an anomaly, an alert or a recommendation. */
export function HandlingCard({ title, endpoints, params, states = ALL_STATES }: HandlingCardProps) {
  const query = useQuery(endpointQuery(endpoints.get, { params }));
  const { acknowledge, unacknowledge, undo } = useHandling(endpoints, params);
  const [form, setForm] = useState<'note' | 'owner' | null>(null);
  const [isReported, setReported] = useState(false);
  const close = () => setForm(null);
  const failed = unacknowledge.error?.message ?? undo.error?.message;
  return (
    <Card title={title} note="An acknowledged item sends no further notice unless it gets worse.">
      <Loaded query={query} what="The owner" height={HEIGHT}>
        {(handling) => (
          <div className={parts.edit}>
            <Facts facts={listFacts(handling)} />
            {failed !== undefined && <Notice kind="alert">{failed}</Notice>}
            {isReported && (
              <UndoNotice
                busy={undo.isPending}
                undo={() => undo.mutate(undefined, { onSuccess: () => setReported(false) })}
                dismiss={() => setReported(false)}
              >
                Saved.
              </UndoNotice>
            )}
            {form === 'note' && (
              <EditForm
                label="Note on the acknowledgement"
                hint="Reason or plan; may be empty"
                initial=""
                pending={acknowledge.isPending}
                error={acknowledge.error?.message}
                onSave={(note) => acknowledge.mutate(note, { onSuccess: close })}
                onCancel={close}
              />
            )}
            {form === 'owner' && (
              <AssignDialog
                endpoints={endpoints}
                params={params}
                states={states}
                handling={handling}
                onClose={close}
                onDone={() => {
                  close();
                  setReported(true);
                }}
              />
            )}
            {form !== 'note' && (
              <div className={parts.cardActions}>
                <button type="button" className={parts.button} onClick={() => setForm('owner')}>
                  Assign…
                </button>
                {handling.acknowledged === null ? (
                  <button type="button" className={parts.button} onClick={() => setForm('note')}>
                    Acknowledge…
                  </button>
                ) : (
                  <button type="button" className={parts.button} onClick={() => unacknowledge.mutate()}>
                    Remove acknowledgement
                  </button>
                )}
              </div>
            )}
          </div>
        )}
      </Loaded>
    </Card>
  );
}

function useHandling(endpoints: HandlingEndpoints, params: Readonly<Record<string, string>>) {
  const queries = useQueryClient();
  const settled = { onSettled: () => void queries.invalidateQueries() };
  const acknowledge = useMutation({
    mutationFn: (note: string) => call(endpoints.acknowledge, { params, body: note.trim() === '' ? {} : { note } }),
    ...settled,
  });
  const unacknowledge = useMutation({ mutationFn: () => call(endpoints.unacknowledge, { params }), ...settled });
  const undo = useMutation({ mutationFn: () => call(endpoints.undo, { params, body: {} }), ...settled });
  return { acknowledge, unacknowledge, undo };
}

function listFacts({ acknowledged, assigned, work }: Handling) {
  return [
    ['Owner', assigned === null ? 'none' : `${assigned.to.kind} ${assigned.to.name}, assigned by ${assigned.by}`],
    ...(assigned?.comment == null ? [] : [['Comment', assigned.comment] as const]),
    [
      'State of the work',
      work === null ? WORK_STATES.open : `${WORK_STATES[work.state]}${work.reason === null ? '' : `: ${work.reason}`}`,
    ],
    [
      'Acknowledged',
      acknowledged === null ? (
        'no'
      ) : (
        <>
          by {acknowledged.by}, <Instant at={acknowledged.at} />
          {acknowledged.note === null ? '' : `: ${acknowledged.note}`}
        </>
      ),
    ],
  ] as const;
}
