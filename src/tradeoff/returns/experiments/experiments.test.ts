import { beforeAll, expect, it, vi } from 'vitest';
import { recordUsage } from '../../../finops/metering/schema.ts';
import { recordPredictions } from '../../../mlops/predictions/schema.ts';
import { postApply } from '../../../platform/manifests/schema.ts';
import { call } from '../../../testing/application.ts';
import { sharedApplication } from '../../../testing/shared.ts';
import { recordOutcomeEvents } from '../../value/schema.ts';
import { listReturns } from '../schema.ts';

const NOW = Date.parse('2026-11-10T12:00:00Z');
const application = await sharedApplication({ clock: { now: () => NOW } });

async function mlflow<T>(path: string, payload: object): Promise<T> {
  const url = `/api/2.0/mlflow/${path}`;
  const answer = await application.http.inject({ method: 'POST', url, headers: { host: 'localhost' }, payload });
  if (answer.statusCode !== 200) throw new Error(answer.body);
  return answer.json() as T;
}

async function createRun(experiment: string, accuracy: number, hours: number, startedAt: number): Promise<string> {
  const { run } = await mlflow<{ run: { info: { run_id: string } } }>('runs/create', {
    ...{ experiment_id: experiment, start_time: startedAt },
  });
  const runId = run.info.run_id;
  await mlflow('runs/log-metric', { run_id: runId, key: 'accuracy', value: accuracy, timestamp: startedAt, step: 0 });
  await mlflow('runs/update', { run_id: runId, status: 'FINISHED', end_time: startedAt + 3_600_000 });
  if (hours > 0) await use(`run-${runId}`, { run: runId, purpose: 'training' }, '2026-11-01T00:00:00Z', hours);
  return runId;
}

async function use(usage: string, subject: object, start: string, hours: number): Promise<void> {
  const end = new Date(Date.parse(start) + hours * 3_600_000).toISOString();
  const interval = { usage, subject, resource: 'gpu:A10G', quantity: '1', period: { start, end }, origin: 'test' };
  await call(application, recordUsage, { body: { intervals: [interval] } });
}

beforeAll(async () => {
  const text =
    'apiVersion: steelyard/v1\nkind: PriceBook\nmetadata: {name: own}\nspec: {currency: USD, source: t, prices: [{resource: "gpu:A10G", perHour: "2", effectiveFrom: 2026-01-01}]}\n';
  await call(application, postApply, { body: { documents: [{ file: 'p.yaml', text }] } });
  const { experiment_id: paid } = await mlflow<{ experiment_id: string }>('experiments/create', { name: 'paid' });
  const { experiment_id: lost } = await mlflow<{ experiment_id: string }>('experiments/create', { name: 'lost' });
  await createRun(paid, 0.7, 1, NOW - 5 * 86_400_000);
  const best = await createRun(paid, 0.76, 2, NOW - 4 * 86_400_000);
  await createRun(lost, 0.7, 0, NOW - 3 * 86_400_000);
  await mlflow('registered-models/create', { name: 'ranker' });
  await mlflow('model-versions/create', {
    name: 'ranker',
    source: `mlflow-artifacts:/${paid}/${best}/artifacts/model`,
    run_id: best,
  });
  const subject = { model: 'ranker', modelVersion: '1', endpoint: 'home', purpose: 'inference' };
  await use('served', subject, '2026-11-08T00:00:00Z', 4);
  const predictions = Array.from({ length: 10 }, (_, at) => ({
    ...{
      prediction: `p${at}`,
      model: 'ranker',
      modelVersion: '1',
      predictedAt: '2026-11-08T01:00:00Z',
      output: 1,
      inputs: {},
    },
  }));
  await call(application, recordPredictions, { body: { predictions } });
  const event = { id: 'a', model: 'ranker', version: '1', at: '2026-11-08T02:00:00Z', amount: '20', currency: 'USD' };
  await call(application, recordOutcomeEvents, { body: { events: [event] } });
});

it('compares the cost of all runs of an experiment with the contribution of its versions, and states the cost per point', async () => {
  const ask = () => call(application, listReturns, { query: { by: 'experiment', qualityMetric: 'accuracy' } });
  await vi.waitFor(async () => {
    const { rows } = await ask();
    expect(rows.find(({ key }) => key === 'paid')?.making.cost).toEqual({ amount: '6', currency: 'USD' });
  });
  const { rows } = await ask();
  // Runs 1 h and 2 h at 2 USD; served 4 h at 2 USD; value 20: contribution 12 covers 6. Six points for 6 USD.
  expect(rows.find(({ key }) => key === 'paid')).toMatchObject({
    running: { cost: { amount: '8' }, basis: 'metered' },
    contribution: { amount: { amount: '12' } },
    net: { amount: { amount: '6' } },
    payback: { state: 'paid_back', date: '2026-11-08' },
    experiment: {
      ...{ runs: 2, runsWithoutCost: 0, paid: true },
      versions: [{ model: 'ranker', version: '1', isServed: false }],
      quality: {
        metric: 'accuracy',
        baseline: 0.7,
        best: 0.76,
        points: 6,
        costPerPoint: { amount: '1', currency: 'USD' },
      },
    },
  });
  expect(rows.find(({ key }) => key === 'lost')).toMatchObject({
    making: { cost: null, reason: 'no run has a known cost' },
    value: { total: null },
    experiment: { paid: null, runsWithoutCost: 1, versions: [], quality: { points: 0, costPerPoint: null } },
  });
  const ofModel = await call(application, listReturns, { query: { by: 'experiment', model: 'ranker' } });
  expect(ofModel.rows.map(({ key }) => key)).toEqual(['paid']);
  expect(ofModel.rows[0]?.experiment?.quality).toMatchObject({
    metric: null,
    reason: expect.stringContaining('name a metric'),
  });
});
