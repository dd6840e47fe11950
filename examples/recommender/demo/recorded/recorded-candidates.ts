import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';

const EstimateFields = z.strictObject({
  mean: z.number(),
  low: z.number(),
  high: z.number(),
  sampleSize: z.number().int(),
});

/** Outcome of the training of one model: all that loading the demo data needs of it, without its factors. */
export const RecordedCandidate = z.strictObject({
  name: z.string(),
  params: z.record(z.string(), z.string()),
  losses: z.array(z.number()),
  /** Busy time of each member of the training, in milliseconds. */
  memberMs: z.array(z.number()),
  quality: z.strictObject({ ndcgAt10: EstimateFields, recallAt10: EstimateFields, mrrAt10: EstimateFields }),
  /** Outcomes by user, in the order of `users`. */
  ndcgAt10: z.array(z.number()),
  recallAt10: z.array(z.number()),
  serving: z.strictObject({
    runtime: z.enum(['onnxruntime', 'typescript']),
    batchSize: z.number(),
    predictionsPerSecond: z.number(),
    p95Ms: z.number(),
    repetitions: z.array(
      z.strictObject({ predictions: z.number(), busyMs: z.number(), serviceSeconds: z.array(z.number()) }),
    ),
  }),
});
export type RecordedCandidate = z.infer<typeof RecordedCandidate>;

export const RecordedCandidates = z.strictObject({
  /** Seed of the ratings, the training and the measurement. */
  seed: z.number().int(),
  /** Users with a relevant held-out item. */
  users: z.array(z.number().int()),
  /** Smallest model first. */
  candidates: z.array(RecordedCandidate),
  /** Ten items for each user, by user index, as each of these models lists them. */
  lists: z.record(z.string(), z.array(z.array(z.number().int()))),
});
export type RecordedCandidates = z.infer<typeof RecordedCandidates>;

export function readRecordedCandidates(path: string): RecordedCandidates {
  return RecordedCandidates.parse(JSON.parse(gunzipSync(readFileSync(path)).toString('utf8')));
}

export function packRecordedCandidates(recorded: RecordedCandidates): Buffer {
  return gzipSync(JSON.stringify(RecordedCandidates.parse(recorded)), { level: 9 });
}
