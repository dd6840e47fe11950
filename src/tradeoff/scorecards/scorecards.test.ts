import { beforeAll, expect, it } from 'vitest';
import { costSummary } from '../../finops/costs/schema.ts';
import { applyRules, bill, inMonth } from '../../finops/testing/costs.ts';
import { recordLabels, recordPredictions } from '../../mlops/predictions/schema.ts';
import { postApply } from '../../platform/manifests/schema.ts';
import { sumDecimals } from '../../platform/units/index.ts';
import { call, catchProblem, importFiles } from '../../testing/application.ts';
import { sharedQuietApplication } from '../../testing/shared.ts';
import { listReturns } from '../returns/schema.ts';
import { recordOutcomeEvents } from '../value/schema.ts';
import { getModelScorecard, listModelScorecards } from './schema.ts';

const NOW = Date.parse('2026-11-30T12:00:00Z');
const application = await sharedQuietApplication({ clock: { now: () => NOW } });
const NOVEMBER = { from: '2026-11-01', to: '2026-11-28' };
const MONITOR = `apiVersion: steelyard/v1
kind: Monitor
metadata: {name: feed}
spec: {model: ranker, labels: {withinDays: 1}, quality: {kind: classification}}
---
apiVersion: steelyard/v1
kind: Budget
metadata: {name: ranker}
spec: {subject: {model: ranker}, amount: '500', currency: USD}
`;

beforeAll(async () => {
  await register('ranker', { 'steelyard.team': 'feed' });
  await register('search', { 'steelyard.team': 'shop' });
  await register('greeting', { 'mlflow.prompt.is_prompt': 'true' });
  await applyRules(
    application,
    "    - {name: tagged, match: {'tag:team': '*'}, subject: {team: '{tag:team}', model: '{tag:model}', purpose: '{tag:purpose}'}}\n",
  );
  const days = (month: string, last: number, cost: string) =>
    Array.from({ length: last }, (_, at) => charge(`${month}-${String(at + 1).padStart(2, '0')}`, cost, 'inference'));
  await importFiles(application, 'aws', {
    'october.csv': bill(days('2026-10', 31, '4')),
    'november.csv': bill([...days('2026-11', 29, '5'), charge('2026-11-10', '20', 'training')]),
  });
  await call(application, postApply, { body: { documents: [{ file: 'c.yaml', text: MONITOR }] } });
  const event = { id: 'sale', model: 'ranker', currency: 'USD', amount: '320', at: '2026-11-12T10:00:00Z' };
  await call(application, recordOutcomeEvents, { body: { events: [event] as never } });
  const predictions = Array.from({ length: 40 }, (_, at) => ({
    ...{ prediction: `p${at}`, model: 'ranker', modelVersion: '1', predictedAt: '2026-11-12T10:00:00Z' },
    ...{ output: 'yes', inputs: {}, latencyMs: 12 },
  }));
  await call(application, recordPredictions, { body: { predictions } });
  const labels = predictions.map(({ prediction }, at) => ({ prediction, value: at < 30 ? 'yes' : 'no' }));
  await call(application, recordLabels, { body: { model: 'ranker', labels } });
});

function charge(day: string, cost: string, purpose: string) {
  const period = { ChargePeriodStart: `${day}T00:00:00Z`, ChargePeriodEnd: `${day}T23:00:00Z` };
  const tags = { team: 'feed', model: 'ranker', purpose };
  return { ...inMonth(day.slice(0, 7), cost), ...period, Tags: JSON.stringify(tags) };
}

async function register(name: string, tags: Readonly<Record<string, string>>): Promise<void> {
  const { run } = await mlflow<{ run: { info: { run_id: string } } }>('runs/create', { experiment_id: '0' });
  const list = Object.entries(tags).map(([key, value]) => ({ key, value }));
  await mlflow('registered-models/create', { name, tags: list });
  const run_id = run.info.run_id;
  await mlflow('model-versions/create', { name, run_id, source: `mlflow-artifacts:/0/${run_id}/artifacts/model` });
}

async function mlflow<T>(path: string, payload: object): Promise<T> {
  const url = `/api/2.0/mlflow/${path}`;
  const answer = await application.http.inject({ method: 'POST', url, headers: { host: 'localhost' }, payload });
  if (answer.statusCode !== 200) throw new Error(answer.body);
  return answer.json() as T;
}

const list = (query: object = {}) => call(application, listModelScorecards, { query: { ...NOVEMBER, ...query } });
const show = async (model: string, query: object = NOVEMBER) =>
  (await call(application, getModelScorecard, { params: { model }, query })).scorecard;

it('has the cost of the returns of the same days, and compares it with as many days before', async () => {
  const { cost, roi } = await show('ranker');
  const query = { start: '2026-11-01', end: '2026-11-29', model: 'ranker' };
  const [row] = (await call(application, listReturns, { query })).rows;
  expect(cost).toMatchObject({ making: row?.making.cost, running: row?.running.cost, value: '160', unit: 'USD' });
  expect(cost.trend).toMatchObject({ before: '112', change: '48', meaning: 'worse', window: { start: '2026-10-04' } });
  expect(cost).toMatchObject({ target: { value: '500', source: 'budget', name: 'ranker' }, status: 'ok' });
  expect(roi).toMatchObject({ value: 1, basis: 'events', status: 'ok', payback: row?.payback });
});

it('adds up, with the cost that has no registered model, to the cost that the overview shows for the same days', async () => {
  const { scorecards } = await list();
  const query = { ...NOVEMBER, by: ['model'], metric: 'effectiveCost' };
  const { rows, totals } = await call(application, costSummary, { query: query as never });
  const registered = new Map(scorecards.map(({ model, cost }) => [model, cost.value]));
  for (const { model, amount } of rows) {
    if (registered.has(model ?? '')) expect(registered.get(model ?? '')).toBe(amount);
  }
  const others = rows.filter(({ model }) => !registered.has(model ?? '')).map(({ amount }) => amount ?? '0');
  const known = [...registered.values()].flatMap((value) => (value === null ? [] : [String(value)]));
  expect(totals).toMatchObject([{ amount: sumDecimals([...known, ...others]) }]);
});

it('has figures of logged predictions, and states why others are unknown', async () => {
  const { quality, latency, drift, gpu, status } = await show('ranker');
  expect(quality).toMatchObject({ metric: 'accuracy', value: 0.75, basis: 'live', n: 40, completeness: 1 });
  expect(latency).toMatchObject({ value: 12, p50Ms: 12, basis: 'predictions', errorRatio: null });
  expect(drift).toMatchObject({ value: null, reason: 'monitor feed watches no drift', status: 'unknown' });
  expect(gpu).toMatchObject({ value: null, reason: 'no readings of GPUs' });
  expect(status).toBe('ok');
});

it('has no cost where no bill is known', async () => {
  const range = { from: '2026-11-29', to: '2026-11-29' };
  expect((await show('ranker', range)).cost).toMatchObject({ value: null, reason: 'the bills end on 2026-11-28' });
  const { cost } = await show('ranker', { from: '2026-10-01', to: '2026-10-31' });
  expect(cost).toMatchObject({ value: '124', trend: { before: null, change: null } });
});

it('lists models by name without prompts, of a team and by page', async () => {
  const names = ({ scorecards }: Awaited<ReturnType<typeof list>>) => scorecards.map(({ model }) => model);
  expect(names(await list())).toEqual(['ranker', 'search']);
  expect(names(await list({ team: 'shop' }))).toEqual(['search']);
  const first = await list({ pageSize: 1 });
  const second = await list({ pageSize: 1, pageToken: first.nextPageToken });
  expect([names(first), names(second), second.nextPageToken]).toEqual([['ranker'], ['search'], null]);
  expect(first.scorecards[0]).toEqual(await show('ranker'));
  const problem = await catchProblem(list({ pageToken: first.nextPageToken, team: 'shop' }));
  expect(problem.code).toBe('invalid_page_token');
});

it('knows no prompt and no other name, and refuses a range that ends before it begins', async () => {
  for (const name of ['greeting', 'none']) expect((await catchProblem(show(name))).code).toBe('model_not_found');
  const problem = await catchProblem(show('ranker', { from: '2026-11-02', to: '2026-11-01' }));
  expect(problem.code).toBe('invalid_request');
});
