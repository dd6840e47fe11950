import type { UseQueryResult } from '@tanstack/react-query';
import type { listModels } from '../../../src/mlops/registry/schema.ts';
import type { ResponseOf } from '../../../src/platform/contract/schema.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { ModelSentence } from './ModelSentence.tsx';

/** Quality of the newest model and its cost per prediction: the answer for MLOps. */
export function QualityAnswer({ models }: { readonly models: UseQueryResult<ResponseOf<typeof listModels>> }) {
  if (models.isError) return 'The models could not be read.';
  if (models.data === undefined) return <AnswerPending />;
  const newest = models.data.models.reduce<(typeof models.data.models)[number] | undefined>(
    (last, model) => (last === undefined || model.lastUpdatedAt > last.lastUpdatedAt ? model : last),
    undefined,
  );
  if (newest === undefined) return 'No model is registered yet.';
  return <ModelSentence model={newest.name} />;
}
