import { expect, it } from 'vitest';
import { buildPlan } from '../pipeline-definition/index.ts';
import { PipelineSpec } from '../pipeline-definition/schema.ts';
import { decide, type StepNow } from './decide.ts';
import type { StepState } from './schema.ts';

const NOW = 1_000;
const { plan } = buildPlan(
  PipelineSpec.parse({
    budget: '5 USD',
    steps: {
      train: { run: 'x', sweep: { params: { lr: [1] }, trials: 4, parallel: 2, metric: 'accuracy' } },
      best: { uses: 'evaluate', needs: ['train'], metric: 'accuracy' },
    },
  }),
);
const steps = plan?.steps ?? [];
const key = (trial: number) => `train[trial=${trial},lr=1]`;

/** Next actions by the states of the trials; `best` waits unless it is given. */
function next(trials: readonly (StepState | Partial<StepNow>)[], best: StepState = 'waiting') {
  const now = (state: StepState | Partial<StepNow>): StepNow => ({
    ...{ state: 'waiting', notBefore: null, isRefused: false },
    ...(typeof state === 'string' ? { state } : state),
  });
  const states = new Map([...trials.map((state, trial) => [key(trial), now(state)] as const), ['best', now(best)]]);
  const { ready, skipped, end } = decide(steps, states, NOW, false);
  return { ready: ready.map((step) => step.key), skipped: skipped.map(({ reason }) => reason), end };
}

it.each<[string, (StepState | Partial<StepNow>)[], string[]]>([
  ['as many as may run', ['waiting', 'waiting', 'waiting', 'waiting'], [key(0), key(1)]],
  ['one where one runs', ['running', 'waiting', 'waiting', 'waiting'], [key(1)]],
  ['none where another waits for money', ['running', { notBefore: NOW + 1 }, 'waiting', 'waiting'], []],
  ['that one when its pause is over', ['running', { notBefore: NOW }, 'waiting', 'waiting'], [key(1)]],
  ['the last ones', ['failed', 'stopped', 'waiting', 'waiting'], [key(2), key(3)]],
  ['the step after them where one succeeded', ['failed', 'stopped', 'succeeded', 'skipped'], ['best']],
])('starts of the trials of a sweep %s', (_, trials, ready) => {
  expect(next(trials)).toEqual({ ready, skipped: [], end: null });
});

it('starts no trial after one that the budget refused', () => {
  const refused: Partial<StepNow> = { state: 'stopped', isRefused: true };
  expect(next(['succeeded', refused, 'waiting', 'waiting'])).toEqual({
    ready: ['best'],
    skipped: ['the budget does not cover another trial', 'the budget does not cover another trial'],
    end: null,
  });
});

it('skips what needs a sweep without a result, and says so', () => {
  expect(next(['failed', 'stopped', 'failed', 'failed']).skipped).toEqual(['no trial of train succeeded']);
});

it.each<[StepState[], StepState, string]>([
  [['succeeded', 'failed', 'stopped', 'skipped'], 'succeeded', 'succeeded'],
  [['cached', 'failed', 'failed', 'failed'], 'failed', 'failed'],
  [['failed', 'stopped', 'skipped', 'skipped'], 'skipped', 'stopped'],
  [['failed', 'failed', 'failed', 'failed'], 'skipped', 'failed'],
])('ends a run with the trials %j and the step %s after them as %s', (trials, best, end) => {
  expect(next(trials, best).end).toBe(end);
});
