import { z } from 'zod';
import type { ResponseBatch, SideEvidence } from './analysis.ts';
import { BusyEvidence, NO_BUSY } from './busy-evidence.ts';

/** Times of a side at most: beyond, every second one is dropped and only every second response is recorded. */
const MOST_LATENCIES = 8_192;
/** Batches of a side at most: beyond, neighbours are joined. */
const MOST_BATCHES = 64;
/** A ratio needs times above 0. */
const LEAST_MS = 0.001;

/** Evidence of a side from its responses alone. */
export type ResponseEvidence = Omit<SideEvidence, 'busy'>;

/** Records the responses of one side of a canary for its analysis, in bounded memory. */
export interface EvidenceRecorder {
  record(isError: boolean, tookMs: number): void;
  /** Responses so far. */
  count(): number;
  read(): ResponseEvidence;
}

/**
 * `begun`: evidence that is continued, of the same step before a restart. Errors are counted in full; times are thinned by whole
 * powers of two in the order of arrival, so that their dependence in time stays visible.
 */
export function createEvidenceRecorder(begun: ResponseEvidence | null = null): EvidenceRecorder {
  let { requests, errors, stride } = begun ?? { requests: 0, errors: 0, stride: 1 };
  let latencies = [...(begun?.latenciesMs ?? [])];
  let batches = (begun?.batches ?? []).map((batch) => ({ ...batch }));
  let batchSize = Math.max(1, ...batches.map((batch) => batch.requests));
  return {
    record(isError, tookMs) {
      if (requests % stride === 0) latencies.push(Math.max(LEAST_MS, Math.round(tookMs * 1000) / 1000));
      requests += 1;
      if (isError) errors += 1;
      const last = batches.at(-1);
      if (last === undefined || last.requests >= batchSize) batches.push({ requests: 1, errors: Number(isError) });
      else Object.assign(last, { requests: last.requests + 1, errors: last.errors + Number(isError) });
      if (batches.length > MOST_BATCHES) {
        batches = joinNeighbours(batches);
        batchSize *= 2;
      }
      if (latencies.length > MOST_LATENCIES) {
        latencies = latencies.filter((_, place) => place % 2 === 0);
        stride *= 2;
      }
    },
    count: () => requests,
    read: () => ({ requests, errors, stride, latenciesMs: latencies, batches: batches.map((batch) => ({ ...batch })) }),
  };
}

function joinNeighbours(batches: readonly ResponseBatch[]): { requests: number; errors: number }[] {
  const joined: { requests: number; errors: number }[] = [];
  for (const [place, { requests, errors }] of batches.entries()) {
    const last = joined.at(-1);
    if (place % 2 === 0 || last === undefined) joined.push({ requests, errors });
    else Object.assign(last, { requests: last.requests + requests, errors: last.errors + errors });
  }
  return joined;
}

const count = z.number().int().min(0);
const StoredSide = z.strictObject({
  requests: count,
  errors: count,
  stride: count.min(1),
  latenciesMs: z.array(z.number().positive()).max(MOST_LATENCIES).readonly(),
  batches: z
    .array(z.strictObject({ requests: count, errors: count }))
    .max(MOST_BATCHES)
    .readonly(),
  busy: BusyEvidence.default(NO_BUSY),
});

/** Evidence of a step as it is stored, so that it survives a restart. */
const StoredEvidence = z.strictObject({
  step: count,
  live: StoredSide,
  canary: StoredSide,
  fractions: z.array(z.array(z.number()).readonly()).readonly(),
});
export type StoredEvidence = z.infer<typeof StoredEvidence>;

/** Null where nothing is stored, or the text is not evidence of this version: the evidence of the step then begins again. */
export function parseEvidence(text: string | null): StoredEvidence | null {
  if (text === null) return null;
  try {
    return StoredEvidence.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
