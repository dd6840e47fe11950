import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import {
  type EndpointDetail,
  type EndpointRevision,
  rollBackEndpoint,
  setEndpointTraffic,
} from '../../../src/mlops/serving/schema.ts';
import { call } from '../client.ts';
import { detailQuery } from './use-endpoints.ts';

export type EndpointChange =
  | { readonly kind: 'rollback'; readonly revision: number }
  | { readonly kind: 'traffic'; readonly weights: Readonly<Record<string, number>> };

export interface DoneChange {
  readonly change: EndpointChange;
  /** The revision that had the traffic before; null when none had. */
  readonly before: EndpointRevision | null;
}

/** Rolls back revisions and moves traffic; the last change can be undone. */
export function useEndpointChange({ name, live }: Pick<EndpointDetail, 'name' | 'live'>) {
  const queries = useQueryClient();
  const [done, setDone] = useState<DoneChange | null>(null);
  const change = useMutation({
    mutationFn: (asked: EndpointChange): Promise<EndpointDetail> => {
      const params = { endpoint: name };
      return asked.kind === 'rollback'
        ? call(rollBackEndpoint, { params, body: { revision: asked.revision } })
        : call(setEndpointTraffic, { params, body: { weights: asked.weights } });
    },
    onMutate: () => live,
    onSuccess: (endpoint, asked, before) => {
      queries.setQueryData(detailQuery(name).queryKey, endpoint);
      setDone({ change: asked, before });
    },
    onSettled: () => void queries.invalidateQueries(),
  });
  const undo = () => {
    if (done?.before == null) return;
    const { revision, weights } = done.before;
    change.mutate(done.change.kind === 'rollback' ? { kind: 'rollback', revision } : { kind: 'traffic', weights });
  };
  return { change, done, undo, dismiss: () => setDone(null) };
}

export type EndpointChanges = ReturnType<typeof useEndpointChange>;
