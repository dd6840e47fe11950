import { expect, it } from 'vitest';
import { chooseCandidate, isViolated, leaveSourcesOut, type Outcome, type SloCandidate } from './scaling-choice.ts';

const [loose, strict]: [SloCandidate, SloCandidate] = [
  { excessWeight: 1, halfLifeSeconds: 3600, headrooms: [] },
  { excessWeight: 3, halfLifeSeconds: 3600, headrooms: [] },
];
const outcome = (source: string, candidate: SloCandidate, waitingShare: number, replicaHours: number): Outcome => ({
  ...{ trace: `trace of ${source}`, source, candidate, waitingShare, replicaHours },
  ...{ share: 0.02, error: 0.005 },
});

it('chooses by violations, then by shares above the stated one, then by replica-hours', () => {
  expect(chooseCandidate([])).toBeNull();
  const cases: [looseShare: number, strictShare: number, SloCandidate][] = [
    [0.031, 0.029, strict],
    [0.029, 0.02, strict],
    [0.02, 0.01, loose],
  ];
  for (const [looseShare, strictShare, chosen] of cases) {
    expect(chooseCandidate([outcome('a', loose, looseShare, 1), outcome('a', strict, strictShare, 2)])).toBe(chosen);
  }
});

it('scores each source with the candidate that the other sources choose', () => {
  const outcomes = [
    outcome('a', loose, 0.05, 1),
    outcome('a', strict, 0.01, 2),
    outcome('b', loose, 0.01, 1),
    outcome('b', strict, 0.01, 2),
  ];
  const left = leaveSourcesOut(outcomes);
  expect(left.map(({ source, candidate }) => [source, candidate])).toEqual([
    ['a', loose],
    ['b', strict],
  ]);
  expect(left.map(isViolated)).toEqual([true, false]);
});
