import { useMutation, useQueryClient } from '@tanstack/react-query';
import { editExperiment } from '../../../src/mlops/tracking/edits/schema.ts';
import { call } from '../client.ts';

export const NOTE_TAG = 'mlflow.note.content';

/** Changes an experiment's name or note; '' takes the note away. */
export function useEditExperiment(experimentId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ name, note }: { readonly name?: string; readonly note?: string }) =>
      call(editExperiment, {
        params: { experimentId },
        body: { name, tags: note === undefined ? {} : { [NOTE_TAG]: note === '' ? null : note } },
      }),
    onSettled: () => queries.invalidateQueries(),
  });
}
