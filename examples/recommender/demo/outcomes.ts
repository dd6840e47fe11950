import { importEvaluation } from '../../../src/mlops/evaluations/schema.ts';
import type { DemoClient } from './client.ts';
import type { Registrable } from './registrable.ts';

/** Evaluation of the first models: each user's last ratings, kept from training. */
export const HELD_OUT = 'held-out';

/**
 * Imports the outcome of every evaluated user as an evaluation of a run, as `steelyard evaluation import` does. The example id is
 * the user: runs with an evaluation of the same name pair by user.
 */
export async function importOutcomes(
  client: DemoClient,
  { runId, name }: { readonly runId: string; readonly name: string },
  { perUser }: Pick<Registrable['quality'], 'perUser'>,
): Promise<void> {
  const lines = perUser.map(({ user, ndcgAt10, recallAt10 }) => `${user},${ndcgAt10},${recallAt10}`);
  const upload = await client.uploadOutcomes(
    'outcomes.csv',
    `${['user,ndcg_at_10,recall_at_10', ...lines].join('\n')}\n`,
  );
  const columns = { id: 'user', scores: ['ndcg_at_10', 'recall_at_10'] };
  await client.call(importEvaluation, { body: { runId, name, upload, columns } });
}
