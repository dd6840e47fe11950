import { ModelAnswer } from '../models/ModelAnswer.tsx';
import { useModel } from '../models/use-model.ts';
import { metricsOf } from '../models/versions.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';

/** One model's answer, asked for when it is shown. */
export function ModelSentence({ model }: { readonly model: string }) {
  const { evidence, policy } = useModel(model);
  if (evidence.isError) return `What ${model} can do could not be read.`;
  if (evidence.data === undefined) return <AnswerPending />;
  const { versions } = evidence.data;
  return <ModelAnswer versions={versions} policy={policy} metric={metricsOf(versions, policy)[0]} linked={model} />;
}
