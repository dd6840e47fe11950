import type { Demand } from './demand.ts';
import { createDemandQuantiles } from './demand-quantiles.ts';
import { clampReplicas, type ReplicaBounds } from './policy.ts';

/** A rule that chooses the number of replicas from the observed demand. */
export interface Rule {
  readonly text: string;
  wish(demand: Demand): number;
}

/** Memory lengths of a forecast, in cold starts: from the demand of the last moments to the demand of hours. */
const MEMORIES_COLD_STARTS = [1, 4, 16, 64, 240];
const QUANTILES = [0.5, 0.8, 0.9, 0.95, 0.98, 1];
/** Forecasts above the maximum of past demand, as multiples of it. */
export const HEADROOMS: readonly number[] = [1.25, 1.5, 2];
/** Steps between constants, as a ratio: each is at most a quarter more than the one before. */
const CONSTANT_STEP = 1.25;

/**
 * The rules among which the policy chooses by cost: the demand of the next cold start is a quantile of past demand over one
 * of several memories, or a multiple of its maximum; or it is a constant. No rule is below the demand of the last cold
 * start.
 */
export function createRules(coldStartSeconds: number, bounds: ReplicaBounds, headrooms = HEADROOMS) {
  const memories = MEMORIES_COLD_STARTS.map((coldStarts) => {
    const seconds = Math.max(coldStarts * coldStartSeconds, coldStarts);
    return { seconds, quantiles: createDemandQuantiles(seconds) };
  });
  const floors: Rule[] = listConstantsWithin(bounds).map((constant) => ({
    text: `${constant} at least`,
    wish: ({ sustainedReplicas }) => clampReplicas(Math.max(constant, sustainedReplicas), bounds),
  }));
  const forecasts: Rule[] = memories.flatMap(({ seconds, quantiles }) =>
    [
      ...QUANTILES.map((ratio) => ({
        text: `enough for ${Math.round(ratio * 100)} % of the last ${seconds} s`,
        replicas: () => quantiles.quantile(ratio),
      })),
      ...headrooms.map((factor) => ({
        text: `${factor} times the most of the last ${seconds} s`,
        replicas: () => Math.ceil(factor * quantiles.quantile(1)),
      })),
    ].map(({ text, replicas }) => ({
      text,
      wish: ({ sustainedReplicas }) => clampReplicas(Math.max(replicas(), sustainedReplicas), bounds),
    })),
  );
  return {
    rules: [...floors, ...forecasts],
    /** Maximum demand over the longest memory. */
    highest: (): number => memories.at(-1)?.quantiles.quantile(1) ?? 0,
    see: (atSeconds: number, { peakReplicas }: Demand): void => {
      for (const { quantiles } of memories) quantiles.add(atSeconds, Math.min(peakReplicas, bounds.max));
    },
  };
}

/** Example: within 1..10 these are 1, 2, 3, 4, 5, 6, 7, 8, 10. */
function listConstantsWithin({ min, max }: ReplicaBounds): number[] {
  const constants: number[] = [];
  for (let next = min; next <= max; next = Math.max(next + 1, Math.floor(next * CONSTANT_STEP))) constants.push(next);
  return constants;
}
