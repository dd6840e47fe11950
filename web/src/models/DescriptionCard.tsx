import { NoteCard } from '../notes/NoteCard.tsx';
import { useDescription } from './use-description.ts';

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
