import { beforeAll, expect, it } from 'vitest';
import { recordUsage } from '../../../finops/metering/schema.ts';
import { importEvaluation } from '../../../mlops/evaluations/schema.ts';
import { postApply } from '../../../platform/manifests/schema.ts';
import { call, postponeJobs } from '../../../testing/application.ts';
import { sharedApplication } from '../../../testing/shared.ts';
import { checkGate } from '../../gates/schema.ts';
import { getDecision, replayDecision } from '../schema.ts';

let now = Date.parse('2026-11-10T12:00:00Z');
const application = await sharedApplication({ clock: { now: () => now } }, { lakeThreads: 1 });

const CONFIG = `
apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec:
  currency: USD
  source: contract
  prices: [{resource: vcpu, perHour: '0.04', effectiveFrom: 2026-01-01}]
`;

const POLICY = `
apiVersion: steelyard/v1
kind: Policy
metadata: {name: tested}
spec:
  model: ranker
  currency: USD
  alpha: 0.05
  looks: 1
  quality: [{metric: accuracy, direction: higher, nonInferiority: {margin: '0.02'}}]
  cost: [{measure: trainingCost, atMost: '1'}]
`;

beforeAll(async () => {
  await postponeJobs(application, 'forecasts.make', 'anomalies.judge');
  await apply(CONFIG);
  await mlflow('registered-models/create', { name: 'ranker' });
});

const apply = (text: string) => call(application, postApply, { body: { documents: [{ file: 'c.yaml', text }] } });

async function mlflow<T>(path: string, body: object): Promise<T> {
  const url = `/api/2.0/mlflow/${path}`;
  const answer = await application.http.inject({ method: 'POST', url, headers: { host: 'localhost' }, payload: body });
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json();
}

/** A version with a metered training; answers its run. */
async function addVersion(): Promise<string> {
  const { run } = await mlflow<{ run: { info: { run_id: string } } }>('runs/create', { experiment_id: '0' });
  const { run_id } = run.info;
  await mlflow('model-versions/create', {
    name: 'ranker',
    source: `mlflow-artifacts:/0/${run_id}/artifacts/m`,
    run_id,
  });
  const period = { start: '2026-11-10T10:00:00Z', end: '2026-11-10T11:00:00Z' };
  const subject = { run: run_id, purpose: 'training' as const };
  const usage = { usage: `${run_id}:t`, subject, resource: 'vcpu', quantity: '1', period, origin: 'test' };
  await call(application, recordUsage, { body: { intervals: [usage] } });
  return run_id;
}

/** Imports the outcomes of 2,000 examples of which every `wrongEvery`-th is wrong. */
async function evaluate(run: string, wrongEvery: number): Promise<void> {
  const lines = Array.from({ length: 2_000 }, (_, at) => `e${at},${at % wrongEvery === 0 ? 0 : 1}`);
  const sent = await application.http.inject({
    ...{ method: 'POST', url: '/api/v1/evaluations/files?name=e.csv', payload: `id,correct\n${lines.join('\n')}\n` },
    headers: { host: 'localhost', 'content-type': 'application/octet-stream' },
  });
  const { upload } = sent.json<{ upload: string }>();
  await call(application, importEvaluation, {
    body: { runId: run, columns: { id: 'id', correct: 'correct' }, upload },
  });
}

async function settle(): Promise<void> {
  await application.events.drain();
  now += 60_000;
  await application.jobs.drain();
  await application.events.drain();
}

interface GateTables {
  gate_look: { number: number };
  gate_champion: { model: string; version: string };
}

it('tests a replaced evaluation against the champion of the decision, and spends no look', async () => {
  const [champion, candidate] = [await addVersion(), await addVersion()];
  await mlflow('registered-models/alias', { name: 'ranker', alias: 'champion', version: '1' });
  await apply(POLICY);
  await evaluate(champion, 10);
  await evaluate(candidate, 11);
  now += 60_000;
  const body = { model: 'ranker', version: '2', policy: 'tested' };
  const { decision: id, verdict } = await call(application, checkGate, { body });
  expect(verdict).toBe('promote');
  const decision = id ?? '';
  await settle();
  await settle();
  const show = () => call(application, getDecision, { params: { decision } });
  const atDecision = await show();
  expect(atDecision.reviews.every(({ status }) => status === 'same')).toBe(true);
  await evaluate(candidate, 5);
  await settle();
  await settle();
  const { review } = await show();
  expect(review).toMatchObject({
    ...{ status: 'would-differ', verdict: 'reject' },
    causes: [{ kind: 'quality', ids: ['ranker/2', 'ranker/1'] }],
    changedChecks: [{ side: 'quality', before: { holds: true }, now: { holds: false } }],
  });
  const tables = application.store.tables<GateTables>();
  expect(await tables.selectFrom('gate_look').select('number').execute()).toEqual([{ number: 1 }]);
  expect(await tables.selectFrom('gate_champion').select('version').execute()).toEqual([{ version: '2' }]);
  expect(await call(application, replayDecision, { params: { decision } })).toMatchObject({ isSame: true });
});
