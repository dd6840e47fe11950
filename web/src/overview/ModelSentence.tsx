import { useQuery } from '@tanstack/react-query';
import { listDecisions } from '../../../src/tradeoff/decisions/schema.ts';
import { endpointQuery } from '../client.ts';
import { ModelAnswer } from '../models/ModelAnswer.tsx';
import { useModel } from '../models/use-model.ts';
import { listMetrics } from '../models/versions.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';

/** One model's answer, asked for when it is shown. */
export function ModelSentence({ model }: { readonly model: string }) {
  const { evidence, policy } = useModel(model);
  const decisions = useQuery(endpointQuery(listDecisions, { query: { model } }));
  if (evidence.isError) return `The quality of ${model} could not be read.`;
  if (evidence.data === undefined || decisions.isPending) return <AnswerPending />;
  const { versions, compared } = evidence.data;
  const facts = { versions, compared, policy, metric: listMetrics(versions, policy)[0] };
  return <ModelAnswer {...facts} decisions={decisions.data?.decisions ?? []} linked={model} />;
}
