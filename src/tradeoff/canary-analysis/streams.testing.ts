import type { CanaryAnalysis } from '../../mlops/endpoint-spec/schema.ts';
import { type CanaryEvidence, type CanaryJudgement, createEvidenceRecorder } from '../../mlops/serving/index.ts';
import { normal, seeded } from '../../testing/random.ts';
import { judgeCanary } from './judge.ts';

/** For tests: the law of the responses of one side. Latencies are lognormal with spread 0.5. */
export interface Law {
  readonly errorRate: number;
  readonly medianMs: number;
  readonly accuracy: number;
}

export interface SimulatedCanary {
  readonly seed: number;
  readonly analysis: CanaryAnalysis;
  readonly live: Law;
  readonly canary: Law;
  /** Responses of the canary at the last look. */
  readonly responses: number;
  readonly looks: number;
  /** Chance that a latency is close to that of the response before it: a slow stretch. Default 0. */
  readonly persistence?: number;
}

const SPREAD = 0.5;

/** For tests: a canary with half of the traffic, judged at equally spaced looks until it is promoted or rolled back; else undecided. */
export function simulateCanary(what: SimulatedCanary): 'promoted' | 'rolled back' | 'undecided' {
  const { analysis, responses, looks } = what;
  const sides = { live: createStream(what, 'live'), canary: createStream(what, 'canary') };
  let last: CanaryJudgement | null = null;
  for (let look = 1; look <= looks; look += 1) {
    const until = Math.round((look * responses) / looks);
    for (const side of [sides.live, sides.canary]) side.grow(until);
    const evidence: CanaryEvidence = {
      ...{ share: 0.5, isAssignedByRequest: true, live: sides.live.read(), canary: sides.canary.read() },
      ...{ fractions: last?.fractions ?? [], previous: last?.checks ?? null },
      quality: analysis.checks.map(({ metric }) =>
        metric === 'quality' ? { live: sides.live.outcomes(), canary: sides.canary.outcomes(), reason: null } : null,
      ),
    };
    last = judgeCanary(evidence, { analysis, steps: 1 });
    if (last.harmed.length > 0) return 'rolled back';
    if (last.isProven) return 'promoted';
  }
  return 'undecided';
}

function createStream({ seed, persistence = 0, ...laws }: SimulatedCanary, side: 'live' | 'canary') {
  const { errorRate, medianMs, accuracy } = laws[side];
  const next = seeded(2 * seed + (side === 'live' ? 0 : 1));
  const recorder = createEvidenceRecorder();
  let [n, successes, latent] = [0, 0, normal(next)];
  return {
    grow(until: number) {
      for (; n < until; n += 1) {
        latent = persistence * latent + Math.sqrt(1 - persistence ** 2) * normal(next);
        recorder.record(next() < errorRate, medianMs * Math.exp(SPREAD * latent));
        if (next() < accuracy) successes += 1;
      }
    },
    read: recorder.read,
    outcomes: () => ({ successes, n }),
  };
}
