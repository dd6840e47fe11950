import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Handling, HandlingEndpoints } from '../../../src/platform/acknowledgements/schema.ts';
import { call, endpointQuery } from '../client.ts';
import { Card } from './Card.tsx';
import { EditForm } from './EditForm.tsx';
import { Facts } from './Facts.tsx';
import { Instant } from './Instant.tsx';
import { Loaded } from './Loaded.tsx';
import { Notice } from './Notice.tsx';
import parts from './parts.module.css';

interface HandlingCardProps {
  readonly title: string;
  readonly endpoints: HandlingEndpoints;
  /** The id under the name of its parameter. */
  readonly params: Readonly<Record<string, string>>;
}

const HEIGHT = 72;

/** Acknowledgement and assignment of an anomaly, an alert or a recommendation. */
export function HandlingCard({ title, endpoints, params }: HandlingCardProps) {
  const query = useQuery(endpointQuery(endpoints.get, { params }));
  const { acknowledge, unacknowledge, assign } = useHandling(endpoints, params);
  const [form, setForm] = useState<'note' | 'team' | null>(null);
  const close = { onSuccess: () => setForm(null) };
  const failed = unacknowledge.error?.message;
  return (
    <Card title={title} note="An acknowledged item sends no further notice unless it gets worse.">
      <Loaded query={query} what="The acknowledgement" height={HEIGHT}>
        {(handling) => (
          <>
            <Facts facts={listFacts(handling)} />
            {failed !== undefined && <Notice kind="alert">{failed}</Notice>}
            {form === 'note' && (
              <EditForm
                label="Note on the acknowledgement"
                hint="Reason or plan; may be empty"
                initial=""
                pending={acknowledge.isPending}
                error={acknowledge.error?.message}
                onSave={(note) => acknowledge.mutate(note, close)}
                onCancel={() => setForm(null)}
              />
            )}
            {form === 'team' && (
              <EditForm
                label="Team"
                hint="Name of the team; empty removes the assignment"
                initial={handling.assigned?.to.name ?? ''}
                pending={assign.isPending}
                error={assign.error?.message}
                onSave={(team) => assign.mutate(team, close)}
                onCancel={() => setForm(null)}
              />
            )}
            {form === null && (
              <div className={parts.cardActions}>
                {handling.acknowledged === null ? (
                  <button type="button" className={parts.button} onClick={() => setForm('note')}>
                    Acknowledge…
                  </button>
                ) : (
                  <button type="button" className={parts.button} onClick={() => unacknowledge.mutate()}>
                    Remove acknowledgement
                  </button>
                )}
                <button type="button" className={parts.button} onClick={() => setForm('team')}>
                  Assign…
                </button>
              </div>
            )}
          </>
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
  const assign = useMutation({
    mutationFn: (team: string) =>
      call(endpoints.assign, { params, body: { to: team.trim() === '' ? null : { kind: 'team', name: team } } }),
    ...settled,
  });
  return { acknowledge, unacknowledge, assign };
}

function listFacts({ acknowledged, assigned }: Handling) {
  return [
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
    ['Assigned', assigned === null ? 'no' : `to the ${assigned.to.kind} ${assigned.to.name} by ${assigned.by}`],
  ] as const;
}
