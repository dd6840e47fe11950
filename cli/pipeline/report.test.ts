import { describe, expect, it } from 'vitest';
import type { PipelineRun, PipelineStep } from '../../src/mlops/pipelines/schema.ts';
import { markdownReport } from './report.ts';

const step = (name: string, kind: PipelineStep['kind'], values: PipelineStep['values'] = {}) =>
  ({
    step: name,
    name,
    kind,
    values,
    state: 'succeeded',
    attempts: [],
    reason: null,
    cost: null,
  }) as unknown as PipelineStep;
const run = (cost: string, stepList: readonly PipelineStep[] = []) =>
  ({
    pipeline: 'p',
    number: 2,
    state: 'succeeded',
    commit: null,
    cost: { amount: cost, currency: 'USD' },
    unpricedSteps: 0,
    startedAt: null,
    endedAt: null,
    stepList,
  }) as unknown as PipelineRun;
const report = (now: PipelineRun, before: PipelineRun | null = null, metrics = new Map(), metricsBefore = new Map()) =>
  markdownReport({ run: now, before, metrics, metricsBefore });

describe('the comment on a pull request', () => {
  it('names the version that this run registered', () => {
    const summary = 'bc (not registered): promote. 2 of 2 quality checks and 1 of 1 cost checks pass.';
    const steps = [
      step('gate', 'gate', { verdict: 'promote', summary }),
      step('reg', 'register', { model: 'bc', version: '2' }),
    ];
    expect(report(run('1', steps))).toContain('> bc v2: promote. 2 of 2 quality checks and 1 of 1 cost checks pass.\n');
    expect(report(run('1', steps.slice(0, 1)))).toContain('> bc (not registered): promote.');
  });

  it('rounds metrics', () => {
    const metrics = new Map([['train', { accuracy: 0.9133333333333333, rows: 1234567 }]]);
    const before = new Map([['train', { accuracy: 0.9, rows: 1234567 }]]);
    const text = report(run('1', [step('train', 'run')]), run('1'), metrics, before);
    expect(text).toContain('| train | accuracy | 0.9 | 0.9133 | +0.01333 (+1.5 %) |');
    expect(text).toContain('| train | rows | 1234567 | 1234567 | 0 |');
  });

  it.each([
    ['0.0359', '0.04', 'This run cost **$0.036**, about the same as before ($0.04).'],
    ['10.4', '10', 'about the same as before ($10.00).'],
    ['0', '0', 'about the same as before ($0.00).'],
    ['8', '10', 'This run cost **$8.00**, less than before ($10.00) by $2.00.'],
    ['0.5', '0.4', 'more than before ($0.40) by $0.10.'],
  ])('compares %s with %s and calls no noise a change', (now, was, text) => {
    expect(report(run(now), run(was))).toContain(text);
  });

  it('shows the last lines of a failed step, whatever ticks they have', () => {
    const failed = {
      ...step('train', 'run'),
      state: 'failed',
      reason: 'exit code 1',
      attempts: [{ lastLines: 'a ``` b\nKeyError' }],
    };
    expect(report(run('1', [failed as unknown as PipelineStep]))).toContain(
      'Last lines of train:\n\n````text\na ``` b\nKeyError\n````',
    );
  });
});
