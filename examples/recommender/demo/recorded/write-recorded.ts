import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { variantParams } from '../../training/variants.ts';
import { lossesOf } from '../artifacts.ts';
import { type Candidate, makeCandidates } from '../candidates.ts';
import { packRecordedCandidates, type RecordedCandidate } from './recorded-candidates.ts';
import { listTopItems } from './recorded-model.ts';

const SEED = 1;
/** The lists of the models that can be promoted. */
const LISTED = /^mf-(16|32|64)$/;

const round = (value: number, decimals: number) => Number(value.toFixed(decimals));

/** Trains and measures the models of the demo and writes their outcome: `node …/write-recorded.ts`; then run write-served.ts. */
const made = await makeCandidates({ seed: SEED, report: console.log });
const [first] = made;
if (first === undefined) throw new Error('no model was trained');
const recorded = {
  seed: SEED,
  users: first.quality.perUser.map(({ user }) => user),
  candidates: made.map(toRecorded),
  lists: Object.fromEntries(
    made
      .filter(({ trained }) => LISTED.test(trained.variant.name))
      .map(({ trained }) => [trained.variant.name, listTopItems(trained.model)]),
  ),
};
const path = join(import.meta.dirname, 'candidates.json.gz');
const packed = packRecordedCandidates(recorded);
writeFileSync(path, packed);
console.log(`${path}: ${packed.byteLength} bytes`);

function toRecorded({ trained, quality, serving, ...rest }: Candidate): RecordedCandidate {
  const { ndcgAt10, recallAt10, mrrAt10, perUser } = quality;
  return {
    name: trained.variant.name,
    params: variantParams(trained.variant),
    losses: lossesOf({ trained, quality, serving, ...rest }).map((loss) => round(loss, 6)),
    memberMs: trained.intervals.map(({ startedAtMs, endedAtMs }) => round(endedAtMs - startedAtMs, 3)),
    quality: { ndcgAt10, recallAt10, mrrAt10 },
    ndcgAt10: perUser.map((one) => round(one.ndcgAt10, 6)),
    recallAt10: perUser.map((one) => round(one.recallAt10, 6)),
    serving: {
      runtime: serving.runtime,
      batchSize: serving.batchSize,
      predictionsPerSecond: serving.predictionsPerSecond,
      p95Ms: serving.p95Ms,
      repetitions: serving.repetitions.map(({ predictions, busyMs, serviceSeconds }) => ({
        predictions,
        busyMs: round(busyMs, 3),
        serviceSeconds: serviceSeconds.map((seconds) => round(seconds, 7)),
      })),
    },
  };
}
