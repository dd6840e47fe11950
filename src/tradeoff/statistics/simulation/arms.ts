import type { Random } from '../../../platform/numbers/index.ts';
import { createRunningInflation, type RunningInflation } from '../dependence.ts';
import type { Dependence, Outcomes } from '../outcomes.ts';
import { createLatentPair, createOutcome, type Generator, type OutcomeKind } from './streams.ts';

/** Definition of two simulated arms. */
export interface ArmsQuestion {
  readonly kind: OutcomeKind;
  readonly baseline: number;
  readonly margin: number;
  readonly effect: number;
  readonly n: number;
  readonly generator?: Generator;
  readonly pairCorrelation?: number | null;
}

/** Two arms that grow from look to look. */
export interface Arms {
  /** Draws until each arm has `n` outcomes. */
  readonly extend: (n: number) => void;
  /** The outcomes so far, larger is better. */
  readonly toOutcomes: () => Outcomes;
  /** Estimated from the outcomes so far; null while they say nothing of it. */
  readonly estimateDependence: () => Dependence | null;
}

/** Mean of the candidate: a success rate moved by `effect`, a latency or cost multiplied by 1 + `effect`. */
export function computeCandidateMean({
  kind,
  baseline,
  effect,
}: Pick<ArmsQuestion, 'kind' | 'baseline' | 'effect'>): number {
  return kind === 'binary' ? baseline + effect : baseline * (1 + effect);
}

/**
 * The arms of one run. A larger latency or cost is worse, so both are negated; their relative margin m is a margin of 0 against
 * 1 + m times the baseline.
 */
export function createArms(question: ArmsQuestion, random: Random): Arms {
  const { kind, baseline, margin, n: most, generator = { kind: 'gaussian', correlation: 0 } } = question;
  const isPaired = typeof question.pairCorrelation === 'number';
  const isDependent = generator.correlation > 0;
  const latent = createLatentPair(generator, question.pairCorrelation ?? 0, random);
  const [toCandidate, toBaseline] = [
    createOutcome(kind, computeCandidateMean(question)),
    createOutcome(kind, baseline),
  ];
  const [sign, scale] = kind === 'binary' ? [1, 1] : [-1, -(1 + margin)];
  const candidate = createArm(() => sign * toCandidate(latent.candidate()), most, isDependent && !isPaired);
  const control = createArm(() => scale * toBaseline(latent.baseline()), most, isDependent && !isPaired);
  const differences = isPaired ? createDifferences(candidate, control, most, isDependent) : null;
  const series = differences === null ? [candidate, control] : [differences];
  return {
    extend: (n) => {
      while (control.length() < n) {
        control.draw();
        candidate.draw();
        differences?.draw();
      }
    },
    toOutcomes: () => {
      if (differences !== null) return toPairedOutcomes(kind, differences.values());
      return kind === 'binary' ? countSuccesses(candidate, control) : toMeans(candidate, control);
    },
    estimateDependence: () => combineDependence(series),
  };
}

interface Arm {
  readonly draw: () => void;
  readonly length: () => number;
  readonly values: () => Float64Array;
  readonly total: () => number;
  readonly inflation: RunningInflation | null;
}

function createArm(next: () => number, most: number, isDependent: boolean): Arm {
  const values = new Float64Array(most);
  const inflation = isDependent ? createRunningInflation() : null;
  let length = 0;
  let total = 0;
  return {
    draw: () => {
      const value = next();
      values[length] = value;
      length += 1;
      total += value;
      inflation?.add(value);
    },
    length: () => length,
    values: () => values.subarray(0, length),
    total: () => total,
    inflation,
  };
}

function createDifferences(candidate: Arm, control: Arm, most: number, isDependent: boolean): Arm {
  const next = (): number => (candidate.values().at(-1) as number) - (control.values().at(-1) as number);
  return createArm(next, most, isDependent);
}

function toPairedOutcomes(kind: OutcomeKind, differences: Float64Array): Outcomes {
  if (kind !== 'binary') return { design: 'paired', kind: 'mean', differences };
  let [onlyCandidate, onlyBaseline] = [0, 0];
  for (const difference of differences) {
    if (difference > 0) onlyCandidate += 1;
    else if (difference < 0) onlyBaseline += 1;
  }
  // The interval depends on the ties by their number only.
  const both = differences.length - onlyCandidate - onlyBaseline;
  return { design: 'paired', kind: 'binary', both, onlyCandidate, onlyBaseline, neither: 0 };
}

function countSuccesses(candidate: Arm, control: Arm): Outcomes {
  const count = (arm: Arm) => ({ successes: arm.total(), n: arm.length() });
  return { design: 'unpaired', kind: 'binary', candidate: count(candidate), baseline: count(control) };
}

function toMeans(candidate: Arm, control: Arm): Outcomes {
  return { design: 'unpaired', kind: 'mean', candidate: candidate.values(), baseline: control.values() };
}

/** The mean of the factors: arms of one size whose outcomes vary alike. */
function combineDependence(series: readonly Arm[]): Dependence | null {
  let sum = 0;
  for (const { inflation } of series) {
    const one = inflation?.inflation() ?? null;
    if (one === null) return null;
    sum += one;
  }
  return { kind: 'autocorrelated', inflation: sum / series.length };
}
