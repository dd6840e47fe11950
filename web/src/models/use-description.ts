import { useMutation, useQueryClient } from '@tanstack/react-query';
import { editModel, editModelVersion } from '../../../src/mlops/registry/schema.ts';
import { call } from '../client.ts';

/** Writes the description of a model, or of a version when one is named; '' takes it away. */
export function useDescription(model: string, version?: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (description: string): Promise<unknown> =>
      version === undefined
        ? call(editModel, { params: { model }, body: { description } })
        : call(editModelVersion, { params: { model, version }, body: { description } }),
    onSettled: () => queries.invalidateQueries(),
  });
}
