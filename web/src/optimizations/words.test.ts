import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { OptimizationSpec } from '../../../src/tradeoff/optimizations/schema.ts';
import { keptOptimization, runningOptimization } from '../../../src/tradeoff/testing/optimizations.ts';
import { placeCheck } from './check-scale.ts';
import { toOptimizationYaml } from './optimization-yaml.ts';
import { describeAct, describeList, describeOptimization, findBound, listActs, listRampSteps } from './words.ts';

describe('the headline of an optimization', () => {
  it('states saving and largest loss of a kept one', () => {
    expect(describeOptimization(keptOptimization)).toBe(
      'Kept: version 2 saves $1,460.00 a month; accuracy lost at most 0.8 points (allowed 5).',
    );
  });

  it('states that the saving of a kept one is not known, and keeps a change of capacity readable', () => {
    const saving = { ...keptOptimization.saving, monthly: null };
    const { expected } = runningOptimization;
    expect(describeOptimization({ ...keptOptimization, saving, expected })).toMatch(
      /^Kept: version 2, expected to save \$[\d,.]+ a month; the saving is not measured yet/,
    );
    expect(describeOptimization({ ...keptOptimization, saving, expected: null })).toMatch(
      /^Kept: version 2; its saving is not known/,
    );
    const candidate = { variant: 'smaller-candidate', model: 'ranker', version: '1', models: ['ranker'] };
    expect(describeOptimization({ ...keptOptimization, candidate, checks: [] })).toBe(
      'Kept: ranker, main: version 2, resources instance small, which saves $1,460.00 a month.',
    );
  });

  it('states the share and the next condition of a running one', () => {
    expect(describeOptimization(runningOptimization)).toMatch(
      /^Running with 25\s% of the traffic: ranker, main: version 2, .+\. It waits for proof of accuracy: about 180/,
    );
  });

  it('states the reason of one that ended', () => {
    const one = { ...runningOptimization, state: 'undone', reason: 'Undone: accuracy fell' } as const;
    expect(describeOptimization(one)).toBe('Undone: accuracy fell.');
  });
});

it('sums up a list by state, with the known savings', () => {
  expect(describeList([])).toBe('No optimization yet.');
  expect(describeList([keptOptimization, runningOptimization])).toBe(
    '2 optimizations: 1 running, 1 kept with $1,460.00 a month saved.',
  );
});

it('marks the present step of the ramp', () => {
  expect(listRampSteps(runningOptimization).map(({ state }) => state)).toEqual(['done', 'present', 'ahead', 'ahead']);
  expect(listRampSteps(keptOptimization).map(({ state }) => state)).toEqual(['done', 'done', 'done', 'present']);
});

it('offers the acts of each state, with the traffic before and after', () => {
  expect(listActs(runningOptimization)).toEqual(['stop']);
  expect(listActs(keptOptimization)).toEqual(['close', 'undo']);
  expect(listActs({ state: 'closed' })).toEqual([]);
  expect(describeAct('undo', keptOptimization).traffic).toMatch(
    /^90\s% on smaller-candidate, 10\s% on main; after: all on main$/,
  );
});

it('places estimate and interval against the margin of each check', () => {
  const bounds = keptOptimization.checks.map((check) => findBound(check, keptOptimization));
  expect(bounds).toEqual([-0.05, -0.01, 0]);
  const scale = placeCheck({ estimate: 1, lower: 0, upper: 2 }, -2);
  expect(scale).toMatchObject({ lower: 50, bound: expect.closeTo(9.68, 2), upper: expect.closeTo(90.32, 2) });
  expect(placeCheck({ estimate: null, lower: null, upper: null }, 0)).toBeNull();
});

it('writes the document so that it proposes the same', () => {
  const document = parse(toOptimizationYaml(keptOptimization)) as { metadata: unknown; spec: { ramp: unknown } };
  expect(document.metadata).toEqual({ name: 'kept' });
  expect(document.spec.ramp).toMatchObject({ for: '10m' });
  expect(OptimizationSpec.parse(document.spec)).toEqual(keptOptimization.spec);
});
