import { expect, it } from 'vitest';
import { buildPlan } from './plan.ts';
import { PipelineSpec } from './schema.ts';

const SWEEP = { params: { lr: 'log:1e-4..1e-1', depth: [2, 4] }, trials: 3, metric: 'accuracy' };
const parse = (step: object, spec: object = { budget: '5 USD' }) =>
  PipelineSpec.safeParse({ steps: { train: { run: ['python', 'train.py'], ...step } }, ...spec });

it('has a step for each trial, with its number and the values of its seed', () => {
  const steps = (seed: number) =>
    buildPlan(PipelineSpec.parse({ budget: '5 USD', steps: { train: { run: 'x', sweep: { ...SWEEP, seed } } } })).plan
      ?.steps;
  expect(steps(1)?.map(({ matrix }) => matrix)).toEqual([
    { trial: 0, lr: expect.any(Number), depth: expect.any(Number) },
    { trial: 1, lr: expect.any(Number), depth: expect.any(Number) },
    { trial: 2, lr: expect.any(Number), depth: expect.any(Number) },
  ]);
  expect(steps(1)?.[0]?.key).toMatch(/^train\[trial=0,lr=[\d.e-]+,depth=[24]\]$/);
  expect(steps(1)).toEqual(steps(1));
  expect(steps(1)).not.toEqual(steps(2));
});

it('lets the command name the trial and its values, and nothing else', () => {
  const plan = (text: string) =>
    buildPlan(PipelineSpec.parse({ budget: '5 USD', steps: { train: { run: [text], sweep: SWEEP } } }));
  expect(plan(`$\{{ matrix.lr }} $\{{ matrix.trial }}`).problems).toBeNull();
  expect(plan(`$\{{ matrix.rate }}`).problems?.[0]?.message).toBe(
    'its matrix has no "rate"; valid names: trial, lr, depth',
  );
});

it.each<[object, object | undefined, string[], string]>([
  [{ sweep: SWEEP }, {}, ['sweep'], 'requires a budget of the pipeline'],
  [{ sweep: SWEEP, matrix: { a: [1] } }, undefined, ['sweep'], 'either a matrix or a sweep'],
  [{ sweep: { ...SWEEP, stop: { after: '1 EUR' } } }, undefined, ['sweep', 'stop', 'after'], 'the budget: USD'],
  [{ sweep: { ...SWEEP, params: { lr: '0.5..0.1' } } }, undefined, ['sweep', 'params', 'lr'], 'a smaller number'],
  [{ sweep: { ...SWEEP, params: { lr: 'log:0..1' } } }, undefined, ['sweep', 'params', 'lr'], 'above zero'],
  [{ sweep: { ...SWEEP, params: {} } }, undefined, ['sweep', 'params'], 'at least one parameter'],
])('refuses %j: %j', (step, spec, path, message) => {
  const found = parse(step, spec);
  expect(JSON.stringify(found.error?.issues)).toContain(message);
  expect(JSON.stringify(found.error?.issues)).toContain(JSON.stringify(path).slice(1, -1));
});
