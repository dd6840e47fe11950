import { describe, expect, it } from 'vitest';
import { draws, isDeep } from '../../../testing/deep.ts';
import {
  type SimulatedLooks,
  type SimulationQuestion,
  type SimulationResult,
  simulateLooks,
} from './simulate-looks.ts';
import type { Generator, OutcomeKind } from './streams.ts';

const TAIL = 0.05;
const LOOKS = 200;
/** Requests of each arm; a comparison of means reads them all at each look. The normal suite has fewer. */
const N: Readonly<Record<OutcomeKind, number>> = {
  binary: isDeep ? 5000 : 2000,
  latency: isDeep ? 5000 : 1000,
  cost: isDeep ? 5000 : 1000,
};

/** Mean of the baseline, margin, and the true effects at the margin and at no difference. */
const SETTINGS: Readonly<Record<OutcomeKind, { baseline: number; margin: number; atMargin: number }>> = {
  binary: { baseline: 0.9, margin: 0.02, atMargin: -0.02 },
  latency: { baseline: 100, margin: 0.05, atMargin: 0.05 },
  cost: { baseline: 0.004, margin: 0.05, atMargin: 0.05 },
};

const GENERATORS = [
  ['independent', { kind: 'gaussian', correlation: 0 }],
  ['Gaussian AR(1) 0.6', { kind: 'gaussian', correlation: 0.6 }],
  ['sticky AR(1) 0.6', { kind: 'sticky', correlation: 0.6 }],
] as const satisfies readonly (readonly [string, Generator])[];

const SCHEDULES = [
  { kind: 'planned', count: LOOKS },
  { kind: 'anytime', count: LOOKS },
] as const satisfies readonly SimulatedLooks[];

function simulateKind(
  kind: OutcomeKind,
  generator: Generator,
  looks: SimulatedLooks,
  atMargin: boolean,
  draw: Pick<SimulationQuestion, 'runs' | 'seed'> = { runs: draws(1000) },
): SimulationResult {
  const { baseline, margin, atMargin: effect } = SETTINGS[kind];
  const question: SimulationQuestion = {
    kind,
    baseline,
    margin,
    effect: atMargin ? effect : 0,
    n: N[kind],
    looks,
    tail: TAIL,
    generator,
    ...draw,
  };
  return simulateLooks(question);
}

/** Standard errors of a single check. */
const Z = 1.645;
/**
 * Standard errors of each of many checks: planned looks spend the whole 5 %, so that one in twenty checks of a correct test exceeds 1.645.
 * With 3.1 all 54 checks of the three kinds pass together with 95 % (Bonferroni). The single check with 10,000 runs has no such slack.
 */
const Z_OF_MANY = 3.1;
const POOLED_RUNS = 10_000;

/** The largest share of errors in the runs: the nominal one and `z` of its standard errors. */
function computeLimit(runs: number, z: number): number {
  return TAIL + z * Math.sqrt((TAIL * (1 - TAIL)) / runs);
}

/** The error rates of one kind of outcome over 200 looks; with the naive test repeated at each look as negative control. */
export function describeErrorRates(kind: OutcomeKind): void {
  describe(`error rates over ${LOOKS} looks, ${kind}`, () => {
    for (const [name, generator] of GENERATORS) {
      it.each(SCHEDULES)(`${name}, $kind looks: wrong pass at the margin and wrong harm are at most 5 %`, (looks) => {
        const atMargin = simulateKind(kind, generator, looks, true);
        const atNone = simulateKind(kind, generator, looks, false);
        const limit = computeLimit(atMargin.runs, Z_OF_MANY);
        report(kind, name, looks, atMargin, atNone);
        expect(atMargin.pass.estimate).toBeLessThanOrEqual(limit);
        expect(atMargin.fail.estimate).toBeLessThanOrEqual(limit);
        expect(atNone.fail.estimate).toBeLessThanOrEqual(limit);
      });

      it(`${name}: a single test repeated at each look passes wrongly in more than 15 % (negative control)`, () => {
        const looks = { kind: 'uncorrected', count: LOOKS } as const;
        const atMargin = simulateKind(kind, generator, looks, true);
        report(kind, name, looks, atMargin, null);
        expect(atMargin.pass.estimate).toBeGreaterThan(0.15);
      });
    }

    if (isDeep) {
      it('independent, planned looks: the error rates of 10,000 tests are at most 5 %', () => {
        const [[name, independent], [planned]] = [GENERATORS[0], SCHEDULES] as const;
        const result = simulateKind(kind, independent, planned, true, { runs: POOLED_RUNS, seed: 2 });
        report(kind, `${name}, 10,000 tests`, planned, result, null);
        expect(result.pass.estimate).toBeLessThanOrEqual(computeLimit(POOLED_RUNS, Z));
        expect(result.fail.estimate).toBeLessThanOrEqual(computeLimit(POOLED_RUNS, Z));
      });
    }
  });
}

/** A line of the table in docs/sequential-tests.md; REPORT=1 prints it. */
function report(
  kind: OutcomeKind,
  name: string,
  looks: SimulatedLooks,
  atMargin: SimulationResult,
  atNone: SimulationResult | null,
): void {
  if (process.env.REPORT !== '1') return;
  const share = (result: SimulationResult | null, what: 'pass' | 'fail'): string =>
    result === null ? '-' : `${(100 * result[what].estimate).toFixed(1)} %`;
  const cells = [
    kind,
    name,
    looks.kind,
    share(atMargin, 'pass'),
    share(atMargin, 'fail'),
    share(atNone, 'fail'),
    share(atNone, 'pass'),
  ];
  console.log(`| ${cells.join(' | ')} |`);
}
