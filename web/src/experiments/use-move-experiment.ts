import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { deleteExperiment, restoreExperiment } from '../../../src/mlops/run-views/run-table/schema.ts';
import { call } from '../client.ts';

export interface MovedExperiment {
  readonly done: 'deleted' | 'restored';
  readonly experimentId: string;
  readonly name: string;
}

/** Deletes and restores an experiment with its runs, and takes it back. */
export function useMoveExperiment() {
  const queries = useQueryClient();
  const [moved, setMoved] = useState<(MovedExperiment & { readonly runs: number }) | null>(null);
  const move = useMutation({
    mutationFn: async (input: MovedExperiment) => {
      const target = input.done === 'deleted' ? deleteExperiment : restoreExperiment;
      const { runs } = await call(target, { params: { experimentId: input.experimentId } });
      return { ...input, runs };
    },
    onSuccess: setMoved,
    onSettled: () => void queries.invalidateQueries(),
  });
  return { move, moved, dismiss: () => setMoved(null) };
}

export type MoveExperiment = ReturnType<typeof useMoveExperiment>;
