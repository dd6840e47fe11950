import {
  type Candidate,
  type CandidateOptions,
  type EvaluatedModel,
  measureCandidates,
  trainCandidates,
} from './candidates.ts';
import type { DemoClient } from './client.ts';
import { prepareRegistry, registerCandidate } from './register.ts';
import { type DemoVerdict, weigh } from './weigh.ts';

/**
 * Trains and measures the models, registers them over the MLflow wire, and asks the gate about each, smallest first. `trained`: they
 * are trained already.
 */
export async function decideOnModels(
  client: DemoClient,
  options: CandidateOptions,
  trained: Promise<readonly EvaluatedModel[]> = trainCandidates(options),
): Promise<{ candidates: readonly Candidate[]; verdicts: readonly DemoVerdict[] }> {
  const { report } = options;
  const evaluated = await trained;
  report('3. The cost of predictions of the trained recommenders is measured');
  const candidates = await measureCandidates(evaluated, options);
  report('4. Each is logged and registered over the MLflow wire with its outcomes by user, and its usage is metered');
  const experimentId = await prepareRegistry(client);
  const versions: string[] = [];
  for (const candidate of candidates) versions.push(await registerCandidate(client, experimentId, candidate));
  report('5. The gate tests quality and compares cost at the stated demand, smallest model first');
  const verdicts: DemoVerdict[] = [];
  for (const [index, candidate] of candidates.entries()) {
    verdicts.push(await weigh(client, namedQuality(candidate), versions[index] ?? ''));
  }
  return { candidates, verdicts };
}

/** The promoted version that has the alias now: the last one. */
export function findChampion(
  candidates: readonly Candidate[],
  verdicts: readonly DemoVerdict[],
): { candidate: Candidate; version: string } {
  const place = verdicts.findLastIndex(({ verdict }) => verdict === 'promote');
  const [candidate, verdict] = [candidates[place], verdicts[place]];
  if (candidate === undefined || verdict === undefined) throw new Error('the gate promoted none of the models');
  return { candidate, version: verdict.version };
}

function namedQuality({ trained, quality }: Candidate): Pick<DemoVerdict, 'name' | 'ndcgAt10'> {
  return { name: trained.variant.name, ndcgAt10: quality.ndcgAt10.mean };
}
