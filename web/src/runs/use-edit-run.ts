import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { getRun } from '../../../src/mlops/runs/schema.ts';
import { editRun } from '../../../src/mlops/tracking/edits/schema.ts';
import { call, endpointQuery } from '../client.ts';

export interface RunEdit {
  readonly runName?: string;
  /** Text sets a tag, null takes it away. */
  readonly tags?: Readonly<Record<string, string | null>>;
}

export interface DoneEdit {
  /** The change as a sentence. */
  readonly text: string;
  /** The edit that undoes the change. */
  readonly back: RunEdit;
}

interface WantedEdit extends DoneEdit {
  readonly edit: RunEdit;
}

/** Changes a run's name and tags; the last change can be undone. */
export function useEditRun(runId: string) {
  const queries = useQueryClient();
  const [done, setDone] = useState<DoneEdit | null>(null);
  const change = useMutation({
    mutationFn: ({ edit }: WantedEdit) => call(editRun, { params: { runId }, body: edit }),
    onSuccess: (run, { text, back }) => {
      queries.setQueryData(endpointQuery(getRun, { params: { runId } }).queryKey, run);
      setDone({ text, back });
    },
    onSettled: () => void queries.invalidateQueries(),
  });
  const undo = () => {
    if (done === null) return;
    change.mutate({ edit: done.back, text: 'The change was reverted.', back: {} }, { onSuccess: () => setDone(null) });
  };
  return { change, done, undo, dismiss: () => setDone(null) };
}

export type EditedRun = ReturnType<typeof useEditRun>;
