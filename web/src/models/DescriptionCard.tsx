import { useMutation, useQueryClient } from '@tanstack/react-query';
import { editModel, editModelVersion } from '../../../src/mlops/registry/schema.ts';
import { call } from '../client.ts';
import { NoteCard } from '../notes/NoteCard.tsx';

interface DescriptionCardProps {
  readonly model: string;
  /** Of this version; of the model itself when left out. */
  readonly version?: string;
  readonly text: string | null;
}

/** Description of a model or a version, with an edit button. */
export function DescriptionCard({ model, version, text }: DescriptionCardProps) {
  const description = useDescription(model, version);
  return (
    <NoteCard
      of={version === undefined ? 'this model' : 'this version'}
      text={text}
      pending={description.isPending}
      error={description.error?.message}
      onOpen={description.reset}
      onSave={description.mutateAsync}
    />
  );
}

/** Writes the description of a model, or of a version when one is named; '' takes it away. */
function useDescription(model: string, version?: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (description: string): Promise<unknown> =>
      version === undefined
        ? call(editModel, { params: { model }, body: { description } })
        : call(editModelVersion, { params: { model, version }, body: { description } }),
    onSettled: () => queries.invalidateQueries(),
  });
}
