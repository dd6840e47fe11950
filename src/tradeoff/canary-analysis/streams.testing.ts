import type { CanaryAnalysis } from '../../mlops/endpoint-spec/schema.ts';
import { type CanaryEvidence, type CanaryJudgement, createBusyRecorder, createEvidenceRecorder, type SeriesEvidence } from '../../mlops/serving/index.ts';
import { normal, seeded } from '../../testing/random.ts';
import { judgeCanary } from './judge.ts';

/** For tests: the law of the responses of one side. Latencies are lognormal with spread 0.5. */
export interface Law {
  readonly errorRate: number;
  readonly medianMs: number;
  readonly accuracy: number;
  /** Busy milliseconds of a replica per millisecond of latency. Default 1. */
  readonly busyFactor?: number;
  /** Mean of a Prometheus gauge, of spread 1 and AR(1) 0.6 on each side; a part of spread 1 moves both sides. Default 10. */
  readonly gauge?: number;
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
  /** Instants of the Prometheus gauge at the last look. Default 240. */
  readonly instants?: number;
}

const SPREAD = 0.5;
const GAUGE_CORRELATION = 0.6;
const MACHINE = { resource: 'machine', quantity: '1' };
const PRICES = [{ amount: '1.20', currency: 'USD', source: 'a test' }];

/** For tests: a canary with half of the traffic, judged at equally spaced looks until it is promoted or rolled back; else undecided. */
export function simulateCanary(what: SimulatedCanary): 'promoted' | 'rolled back' | 'undecided' {
  const { analysis, responses, looks, instants = 240 } = what;
  const gauges = createGauges(what);
  const sides = { live: createStream(what, 'live'), canary: createStream(what, 'canary') };
  let last: CanaryJudgement | null = null;
  for (let look = 1; look <= looks; look += 1) {
    const until = Math.round((look * responses) / looks);
    for (const side of [sides.live, sides.canary]) side.grow(until);
    const evidence: CanaryEvidence = {
      ...{ share: 0.5, isAssignedByRequest: true, live: sides.live.read(), canary: sides.canary.read() },
      ...{ fractions: last?.fractions ?? [], previous: last?.checks ?? null },
      prices: { live: PRICES, canary: PRICES, reason: null },
      series: analysis.checks.map(({ metric }) =>
        metric === 'prometheus' ? gauges(Math.round((look * instants) / looks)) : null,
      ),
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

/** Values of the gauges of both sides at the first `instants` instants. */
function createGauges({ seed, live, canary }: SimulatedCanary): (instants: number) => SeriesEvidence {
  const next = seeded(1_000_003 + seed);
  const createNoise = () => {
    let value = normal(next);
    return () => {
      value = GAUGE_CORRELATION * value + Math.sqrt(1 - GAUGE_CORRELATION ** 2) * normal(next);
      return value;
    };
  };
  const [ofBoth, ofLive, ofCanary] = [createNoise(), createNoise(), createNoise()];
  const values = { live: [] as number[], canary: [] as number[] };
  return (instants) => {
    while (values.live.length < instants) {
      const common = ofBoth();
      values.live.push((live.gauge ?? 10) + common + ofLive());
      values.canary.push((canary.gauge ?? 10) + common + ofCanary());
    }
    return { ...values, instants, reason: null };
  };
}

function createStream({ seed, persistence = 0, ...laws }: SimulatedCanary, side: 'live' | 'canary') {
  const { errorRate, medianMs, accuracy, busyFactor = 1 } = laws[side];
  const busy = createBusyRecorder();
  const next = seeded(2 * seed + (side === 'live' ? 0 : 1));
  const recorder = createEvidenceRecorder();
  let [n, successes, latent] = [0, 0, normal(next)];
  return {
    grow(until: number) {
      for (; n < until; n += 1) {
        latent = persistence * latent + Math.sqrt(1 - persistence ** 2) * normal(next);
        const tookMs = medianMs * Math.exp(SPREAD * latent);
        recorder.record(next() < errorRate, tookMs);
        busy.record({ busyMs: busyFactor * tookMs, held: MACHINE });
        if (next() < accuracy) successes += 1;
      }
    },
    read: () => ({ ...recorder.read(), busy: busy.read() }),
    outcomes: () => ({ successes, n }),
  };
}
