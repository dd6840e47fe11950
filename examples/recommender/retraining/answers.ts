import { z } from 'zod';
import { buildUrl } from '../../../src/platform/contract/schema.ts';
import { exportRoundTestSet, scoreRoundAnswers } from '../../../src/tradeoff/retraining/test-set/schema.ts';
import type { RecommenderModel } from '../training/recommender-model.ts';
import { scoreUser, topItems } from '../training/score.ts';

const LIST_LENGTH = 10;

const Example = z.object({ prediction: z.string(), inputs: z.object({ user_index: z.number().int() }) });

/** A round of retraining and the run of its candidate. */
export interface Round {
  readonly url: string;
  readonly retraining: string;
  readonly round: number;
  readonly runId: string;
}

/**
 * Answers the test set of a round: the held-out visits of the window that triggered it. The gate compares these answers with those of
 * the champion to the same visits. Answers how many there are; 0 where the round has no test set.
 */
export async function answerTestSet(
  { url, retraining, round, runId }: Round,
  model: RecommenderModel,
): Promise<number> {
  const params = { retraining, round };
  const sent = await fetch(`${url}${buildUrl(exportRoundTestSet, { params })}`);
  const text = await sent.text();
  if (!sent.ok) {
    console.log(`no test set: ${text}`);
    return 0;
  }
  const examples = text
    .trim()
    .split('\n')
    .map((line) => Example.parse(JSON.parse(line)));
  const scores = new Float64Array(model.itemCount);
  const lines = examples.map(({ prediction, inputs }) => {
    scoreUser(model, inputs.user_index, scores);
    return JSON.stringify({ prediction, output: { item_index: [...topItems(scores, LIST_LENGTH)] } });
  });
  const answer = await fetch(`${url}${buildUrl(scoreRoundAnswers, { params: { ...params, runId } })}`, {
    method: scoreRoundAnswers.method,
    headers: { 'content-type': 'application/octet-stream' },
    body: `${lines.join('\n')}\n`,
  });
  if (!answer.ok) throw new Error(`the answers to the test set: ${await answer.text()}`);
  return lines.length;
}
