import { readFileSync } from 'node:fs';
import { importSamples, samplesText } from '../finops/testing/gpus.ts';
import { listDays, madeBill } from '../finops/testing/ledger.ts';
import type { Application } from '../main.ts';
import { importFiles } from './application.ts';

const EXAMPLES = new URL('../../examples/recommender/config/', import.meta.url);
const AT = Date.parse('2026-06-10T12:00:00Z');
const TAGS = `apiVersion: steelyard/v1
kind: AllocationRules
metadata: { name: rules }
spec: { rules: [{ name: tagged, match: { 'tag:team': '*' }, subject: { team: '{tag:team}' } }] }
`;

/** Creates one object of each noun in an application. Returns the URLs of 50 queries about them. */
export async function fillApplication(application: Application): Promise<readonly string[]> {
  const post = (url: string, payload: object) => postTo(application, url, payload);
  const documents = ['org', 'budgets', 'policy', 'prices'].map((name) => ({
    file: `${name}.yaml`,
    text: readFileSync(new URL(`${name}.yaml`, EXAMPLES), 'utf8'),
  }));
  await post('/api/v1/apply', { documents: [...documents, { file: 'rules.yaml', text: TAGS }], dryRun: false });
  const deliveries: string[] = [];
  for (const [month, last] of [
    ['2026-05', 31],
    ['2026-06', 30],
  ] as const) {
    const text = madeBill(listDays(`${month}-01`, `${month}-${last}`));
    deliveries.push((await importFiles(application, 'before', { [`${month}.csv`]: text })).delivery ?? '');
  }
  await importSamples(application, samplesText({ 'GPU-a': [0, 50, 90, 100], 'GPU-b': [0, 0, 0, 30] }));
  const run = await trackRun(post);
  await post('/api/v1/gate-checks', { model: 'ranker', version: '1', policy: 'ranker-production', dryRun: false });
  return questions(deliveries, run);
}

async function postTo(application: Application, url: string, payload: object): Promise<unknown> {
  const answer = await application.http.inject({ method: 'POST', url, headers: { host: 'localhost' }, payload });
  if (answer.statusCode !== 200) throw new Error(`${url}: ${answer.body}`);
  return answer.json();
}

/** A run with parameters, metrics, a registered version, usage, and predictions of it. */
async function trackRun(post: (url: string, payload: object) => Promise<unknown>): Promise<string> {
  const mlflow = (path: string, body: object) => post(`/api/2.0/mlflow/${path}`, body);
  const created = await mlflow('runs/create', { experiment_id: '0', start_time: AT });
  const { run_id } = (created as { run: { info: { run_id: string } } }).run.info;
  await mlflow('runs/log-parameter', { run_id, key: 'depth', value: '4' });
  for (let step = 0; step < 20; step += 1) {
    await mlflow('runs/log-metric', { run_id, key: 'ndcg_at_10', value: 0.2 + step / 100, timestamp: AT + step, step });
  }
  await mlflow('registered-models/create', { name: 'ranker' });
  await mlflow('model-versions/create', {
    name: 'ranker',
    source: `mlflow-artifacts:/0/${run_id}/artifacts/model`,
    run_id,
  });
  const period = { start: '2026-06-10T10:00:00Z', end: '2026-06-10T12:00:00Z' };
  const usage = {
    usage: `${run_id}:training`,
    subject: { team: 'search', run: run_id },
    resource: 'cpu-core',
    quantity: '2',
  };
  await post('/api/v1/usage-intervals', { intervals: [{ ...usage, period, origin: 'test' }] });
  return run_id;
}

const COSTS = 'from=2026-05&to=2026-06';

function questions([first, second]: readonly string[], run: string): readonly string[] {
  const raw = `delivery=${first}&file=2026-05.csv`;
  return [
    ...['serviceName', 'team', 'month', 'day', 'subAccountId', 'regionId', 'skuId', 'tag:team', 'team,month'].map(
      (by) => `/api/v1/costs/summary?by=${by}&${COSTS}`,
    ),
    ...['serviceName', 'team'].map((by) => `/api/v1/costs/summary?by=${by}&metric=billedCost&${COSTS}`),
    `/api/v1/costs/summary.csv?by=skuId&${COSTS}`,
    `/api/v1/costs/rows?from=2026-05&to=2026-05`,
    `/api/v1/costs/rows.csv?from=2026-06&to=2026-06`,
    '/api/v1/costs/explain?from=2026-05&to=2026-06&by=serviceName',
    `/api/v1/costs/values?dimension=serviceName&${COSTS}`,
    `/api/v1/costs/values?dimension=skuId&${COSTS}`,
    ...['2026-05', '2026-06'].map((period) => `/api/v1/bill/deliveries?source=before&period=${period}`),
    `/api/v1/bill/raw?${raw}`,
    `/api/v1/bill/raw-row?${raw}&row=7`,
    `/api/v1/costs/summary?by=serviceName&delivery=${second}`,
    '/api/v1/allocation/coverage?period=2026-05',
    '/api/v1/allocation/reconciliation?period=2026-06',
    '/api/v1/allocation/rule-hits?period=2026-06',
    '/api/v1/allocation/rules',
    '/api/v1/allocation/unallocated?period=2026-05',
    '/api/v1/statements/teams/ads?period=2026-05',
    '/api/v1/statements/teams/search?period=2026-06',
    '/api/v1/statements/teams/search/statement.csv?period=2026-06',
    '/api/v1/gpus/idle',
    '/api/v1/gpus/efficiency',
    '/api/v1/gpus/readings?gpu=GPU-a&from=2025-11-01&to=2025-11-02',
    '/api/v1/gpus/imports',
    `/api/2.0/mlflow/runs/get?run_id=${run}`,
    `/api/v1/runs/${run}/metrics`,
    `/api/v1/metric-histories?run=${run}`,
    '/api/v1/runs/count?experimentId=0',
    '/api/2.0/mlflow/model-versions/get?name=ranker&version=1',
    `/api/v1/usage-intervals?run=${run}`,
    `/api/v1/metered-cost?run=${run}`,
    '/api/v1/decisions?model=ranker',
    '/api/v1/predictions?model=before&pageSize=1000',
    '/api/v1/prices',
    '/api/v1/policies',
    '/api/v1/teams',
    '/api/v1/projects',
    '/api/v1/environments',
    '/api/2.0/mlflow-artifacts/artifacts/0/before/artifacts/model',
    '/api/2.0/mlflow-artifacts/artifacts?path=0/before/artifacts',
  ];
}
