import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { deleteRuns, restoreRuns } from '../../../src/mlops/run-views/run-table/schema.ts';
import { call } from '../client.ts';

export interface MovedRuns {
  readonly done: 'deleted' | 'restored';
  readonly runIds: readonly string[];
}

const MOST_AT_ONCE = 1000;

/** Deletes and restores runs, and takes it back: exactly those runs that were moved. */
export function useMoveRuns(onMoved: () => void) {
  const queries = useQueryClient();
  const [moved, setMoved] = useState<MovedRuns | null>(null);
  const move = useMutation({
    mutationFn: async ({ done, runIds }: MovedRuns): Promise<MovedRuns> => {
      const target = done === 'deleted' ? deleteRuns : restoreRuns;
      const changed: string[] = [];
      for (let at = 0; at < runIds.length; at += MOST_AT_ONCE) {
        const part = await call(target, { body: { runIds: runIds.slice(at, at + MOST_AT_ONCE) } });
        changed.push(...part.runIds);
      }
      return { done, runIds: changed };
    },
    onSuccess: (result) => {
      setMoved(result);
      onMoved();
    },
    onSettled: () => void queries.invalidateQueries(),
  });
  const undo = () => {
    if (moved === null) return;
    move.mutate({ done: moved.done === 'deleted' ? 'restored' : 'deleted', runIds: moved.runIds });
  };
  return { move, moved, undo, dismiss: () => setMoved(null) };
}

export type MoveRuns = ReturnType<typeof useMoveRuns>;
