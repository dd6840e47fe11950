import { beforeAll, describe, expect, it } from 'vitest';
import { recordUsage } from '../../finops/metering/schema.ts';
import { importEvaluation } from '../../mlops/evaluations/schema.ts';
import { postApply } from '../../platform/manifests/schema.ts';
import { call, catchProblem } from '../../testing/application.ts';
import { sharedQuietApplication } from '../../testing/shared.ts';
import { getFrontier, whatIf } from './schema.ts';

const NOW = Date.parse('2026-11-10T12:00:00Z');

const CONFIG = `
apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec:
  currency: USD
  source: contract of 2026-01
  prices:
    - {resource: vcpu, perHour: '1', effectiveFrom: 2026-01-01}
    - {resource: gpu, perHour: '3', effectiveFrom: 2026-01-01}
---
apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: euros}
spec:
  currency: EUR
  source: contract of 2026-01
  prices:
    - {resource: tpu, perHour: '3', effectiveFrom: 2026-01-01}
---
apiVersion: steelyard/v1
kind: PurchaseTerms
metadata: {name: cloud}
spec:
  currency: USD
  spot:
    - {name: gpu-spot, resource: gpu, perHour: '1', save: 10s, restart: 6m, meanHours: 9.9}
`;

const POLICY = `
apiVersion: steelyard/v1
kind: Policy
metadata: {name: gate}
spec:
  model: ranker
  currency: USD
  alpha: 0.05
  quality:
    - {metric: correct, direction: higher, nonInferiority: {margin: '0.05'}}
  cost:
    - {measure: costPerMonth, predictionsPerMonth: 10000000, atMost: '3000'}
`;

const application = await sharedQuietApplication({ clock: { now: () => NOW } });

async function mlflow<T>(path: string, payload: object): Promise<T> {
  const url = `/api/2.0/mlflow/${path}`;
  const answer = await application.http.inject({ method: 'POST', url, headers: { host: 'localhost' }, payload });
  if (answer.statusCode !== 200) throw new Error(answer.body);
  return answer.json() as T;
}

const EXAMPLES = 1000;
const instant = (beforeMs: number) => new Date(NOW - beforeMs).toISOString();

/** Outcomes of 1,000 examples, of which the first ones are wrong, and ten more in a place of the version. */
function buildOutcomes(wrong: number, seed: number): string {
  const isRight = (at: number) => at >= wrong && Math.floor(at / 10) !== 50 + seed;
  return `id,correct,score\n${Array.from({ length: EXAMPLES }, (_, at) => `q${at},${isRight(at) ? 1 : 0},${at % 7}`).join('\n')}\n`;
}

interface Registering {
  readonly model?: string;
  /** null: no evaluation. */
  readonly wrong: number | null;
  readonly resources: readonly string[];
  readonly tags?: Readonly<Record<string, string>>;
}

/** A version with an evaluation and a benchmark of 1,000 predictions in 2 s, one at a time, on each resource. */
async function registerVersion({ model = 'ranker', wrong, resources, tags = {} }: Registering): Promise<string> {
  const { run } = await mlflow<{ run: { info: { run_id: string } } }>('runs/create', {
    experiment_id: '0',
    start_time: NOW,
  });
  const runId = run.info.run_id;
  await mlflow('registered-models/create', { name: model }).catch(() => undefined);
  const { model_version: created } = await mlflow<{ model_version: { version: string } }>('model-versions/create', {
    name: model,
    source: `mlflow-artifacts:/0/${runId}/artifacts/model`,
    run_id: runId,
    tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
  });
  const intervals = resources.map((resource, at) => ({
    ...{
      usage: `${runId}:${resource}`,
      subject: { run: runId, purpose: 'inference' as const },
      resource,
      quantity: '1',
    },
    // One after the other: resources of one period are those of one replica.
    period: { start: instant(2000 * (at + 1)), end: instant(2000 * at) },
    ...{ predictions: 1000, origin: 'test' },
    benchmark: { batchSize: 1, serviceSeconds: Array.from({ length: 40 }, (_, at) => 0.0019 + 0.000005 * at) },
  }));
  if (intervals.length > 0) await call(application, recordUsage, { body: { intervals } });
  if (wrong !== null) await importOutcomes(runId, buildOutcomes(wrong, Number(created.version)));
  return created.version;
}

async function importOutcomes(runId: string, payload: string): Promise<void> {
  const answer = await application.http.inject({
    method: 'POST',
    url: '/api/v1/evaluations/files?name=e.csv',
    headers: { host: 'localhost', 'content-type': 'application/octet-stream' },
    payload,
  });
  const { upload } = answer.json<{ upload: string }>();
  const columns = { id: 'id', correct: 'correct', scores: ['score'] };
  await call(application, importEvaluation, { body: { runId, columns, upload } });
}

const show = (query: Record<string, unknown> = {}, model = 'ranker') =>
  call(application, getFrontier, { params: { model }, query: { predictionsPerMonth: 10_000_000, ...query } });
const ask = (change: Record<string, unknown>, body: Record<string, unknown> = {}) =>
  call(application, whatIf, {
    params: { model: 'ranker' },
    body: { predictionsPerMonth: 10_000_000, ...body, change },
  });

const apply = (text: string) => call(application, postApply, { body: { documents: [{ file: 'c.yaml', text }] } });

beforeAll(async () => {
  await apply(CONFIG);
  await registerVersion({ wrong: 100, resources: ['gpu', 'vcpu'] });
  await registerVersion({ wrong: 60, resources: ['gpu'] });
  await registerVersion({ wrong: 200, resources: ['gpu'] });
  await registerVersion({ wrong: null, resources: ['gpu'] });
  const precise = { 'steelyard.precision': 'fp16', 'steelyard.precision-of': '2' };
  await registerVersion({ wrong: 70, resources: ['vcpu'], tags: precise });
  await mlflow('registered-models/alias', { name: 'ranker', alias: 'champion', version: '2' });
  await apply(POLICY);
});

describe('GET /api/v1/models/:model/frontier', () => {
  it('answers points of versions and hardware with statuses, differences and the reasons of versions left out', async () => {
    const frontier = await show({ margin: 0.05, budget: '1000' });
    expect(frontier.points.map(({ point, costPerMonth, status }) => [point, costPerMonth.amount, status])).toEqual([
      ['v5 on 1 x vcpu, batches of 1', '730', 'frontier'],
      ['v1 on 1 x vcpu, batches of 1', '730', 'dominated'],
      ['v2 on 1 x gpu, batches of 1', '2190', 'frontier'],
      ['v1 on 1 x gpu, batches of 1', '2190', 'dominated'],
      ['v3 on 1 x gpu, batches of 1', '2190', 'dominated'],
    ]);
    const [best] = frontier.points;
    expect(best?.difference).toMatchObject({ n: EXAMPLES, test: expect.stringContaining('Tango') });
    expect(best?.difference?.estimate).toBeCloseTo(-0.01, 9);
    expect(best?.capacity).toMatchObject({ source: 'benchmark', concurrency: 1, slo: { waitSeconds: 2 } });
    expect(frontier.leftOut).toEqual([
      { version: '4', hardware: null, missing: 'quality', reason: expect.stringContaining('no evaluation "default"') },
    ]);
    expect(frontier).toMatchObject({
      baseline: { version: '2', source: 'alias' },
      qualityAxis: { metric: 'correct', kind: 'binary', direction: 'higher', point: 0.01 },
      cheapestNonInferior: { point: 'v5 on 1 x vcpu, batches of 1', saving: { amount: '1460' } },
      bestWithinBudget: { point: 'v5 on 1 x vcpu, batches of 1' },
      policy: null,
      region: null,
    });
  });

  it('applies the policy to every point without spending a look', async () => {
    const query = { policy: 'gate', predictionsPerMonth: undefined };
    const [first, second] = [await show(query), await show(query)];
    expect(first.points.map(({ version, acceptance }) => [version, acceptance?.result])).toEqual([
      ['5', 'accepted'],
      ['1', 'unproven'],
      ['2', 'accepted'],
      ['1', 'unproven'],
      ['3', 'rejected'],
    ]);
    expect(second).toEqual(first);
    expect(first.region).toMatchObject({ cost: [{ bound: '3000' }], quality: [{ comparison: '>=', baseline: '2' }] });
    expect(first.costAxis.demand).toMatchObject({ source: 'stated', predictionsPerMonth: 10_000_000 });
  });

  it('compares numeric outcomes as well', async () => {
    const { qualityAxis, points } = await show({ metric: 'score', direction: 'lower' });
    expect(qualityAxis).toMatchObject({ outcome: 'score', kind: 'score', direction: 'lower', point: 1 });
    expect(new Set(points.map(({ quality }) => quality.estimate)).size).toBe(1);
  });

  it('refuses unknown models, versions, policies and metrics, a demand of 0 and no number', async () => {
    const codeOf = async (query: Record<string, unknown>, model?: string) =>
      (await catchProblem(show(query, model))).code;
    expect(await codeOf({}, 'nothing')).toBe('model_not_found');
    expect(await codeOf({ baseline: '99' })).toBe('model_version_not_found');
    expect(await codeOf({ policy: 'none' })).toBe('policy_not_found');
    expect(await codeOf({ metric: 'recall' })).toBe('frontier_metric_unknown');
    for (const predictionsPerMonth of [0, -1, 'NaN', 'many']) {
      expect(await codeOf({ predictionsPerMonth })).toBe('invalid_request');
    }
    expect(await codeOf({ budget: '-5' })).toBe('invalid_request');
    expect(await codeOf({ margin: 'NaN' })).toBe('invalid_request');
  });

  it('never compares two currencies', async () => {
    await registerVersion({ model: 'mixed', wrong: 10, resources: ['gpu'] });
    await registerVersion({ model: 'mixed', wrong: 20, resources: ['tpu'] });
    const problem = await catchProblem(show({}, 'mixed'));
    expect(problem).toMatchObject({ code: 'currency_mismatch', detail: expect.stringContaining('EUR and USD') });
  });

  it('answers for a model without a demand, an evaluation or a price', async () => {
    await registerVersion({ model: 'bare', wrong: null, resources: ['npu'] });
    const answer = await call(application, getFrontier, { params: { model: 'bare' } });
    expect(answer).toMatchObject({ points: [], qualityAxis: null, costAxis: { currency: null, demand: null } });
    expect(answer.leftOut.map(({ missing }) => missing)).toEqual(['quality', 'cost']);
  });
});

describe('POST /api/v1/models/:model/what-if', () => {
  it('plans ten times the traffic on the same capacity', async () => {
    const answer = await ask({ traffic: 100 });
    expect(answer.now).toMatchObject({ version: '2', replicas: { most: 1 }, costPerMonth: { amount: '2190' } });
    expect(answer.then).toMatchObject({ demand: { predictionsPerMonth: 1e9 }, replicas: { least: 1, most: 1 } });
    const more = await ask({ traffic: 1000 });
    expect(more.then?.replicas?.most).toBeGreaterThan(8);
    expect(Number(more.difference?.costPerMonth?.amount)).toBe(2190 * ((more.then?.replicas?.most ?? 0) - 1));
    expect(more.difference?.quality).toMatchObject({ estimate: 0, test: 'same version' });
    expect(more.then?.latency).toMatchObject({ holdsSlo: true, at: 'steady' });
    expect(more.assumptions).toContain('Live requests take as long as those of the benchmark.');
  });

  it('shows longer waits with fewer replicas than the demand needs', async () => {
    const answer = await ask({ traffic: 1000, replicas: 8 });
    expect(answer.then).toMatchObject({
      costPerMonth: { amount: '17520', lower: '17520', upper: '17520' },
      replicas: { least: 8, most: 8 },
    });
    const { then: few } = await ask({ traffic: 1000, replicas: 4 });
    expect(few?.latency).toMatchObject({ share: 1, lower: 1, upper: 1, holdsSlo: false });
  });

  it('prices other hardware by a benchmark of the version there, and guesses none', async () => {
    const measured = await ask({ hardware: 'vcpu' }, { version: '1' });
    expect(measured.then).toMatchObject({
      configuration: { hardware: { name: '1 x vcpu' } },
      costPerMonth: { amount: '730' },
    });
    const unknown = await ask({ hardware: 'gpu:H100' });
    expect(unknown.then).toMatchObject({ costPerMonth: null, latency: null, configuration: null });
    expect(unknown.then?.quality?.estimate).toBeCloseTo(0.93, 9);
    expect(unknown.missing[0]).toContain('capacity is not guessed from other hardware');
    expect(unknown.difference).toMatchObject({ costPerMonth: null, waiting: null, quality: { estimate: 0 } });
  });

  it('prices spot capacity by the purchase terms, with spares for interruptions', async () => {
    const answer = await ask({ spot: true });
    // Serves 99 % of the time: one replica is enough for 5 % of waiting requests.
    expect(answer.then).toMatchObject({ purchase: 'spot', costPerMonth: { amount: '730' }, replicas: { most: 1 } });
    expect(answer.then?.latency?.upper).toBeCloseTo(0.02, 2);
    expect(answer.assumptions.join(' ')).toContain(
      'interrupted every 9.9 h on average as stated and serves 99 % of the time',
    );
    const none = await ask({ spot: true, hardware: 'vcpu' }, { version: '1' });
    expect(none.missing[0]).toContain('no PurchaseTerms state spot capacity of vcpu');
  });

  it('takes the version that is tagged with a precision, else names the steps that measure it', async () => {
    const answer = await ask({ precision: 'half' });
    expect(answer.then).toMatchObject({ version: '5', costPerMonth: { amount: '730' } });
    expect(answer.difference?.quality?.estimate).toBeCloseTo(-0.01, 9);
    const missing = await ask({ precision: 'int8' });
    expect([missing.then, missing.difference]).toEqual([null, null]);
    expect(missing.missing[0]).toContain('steelyard.precision=int8');
  });

  it('finds the cheapest version within an accepted loss, or what is missing', async () => {
    const answer = await ask({ acceptLoss: 5 });
    expect(answer.then).toMatchObject({ version: '5' });
    expect(answer.difference).toMatchObject({ costPerMonth: { amount: '-1460' }, costRatio: '0.333333' });
    const missing = await ask({ acceptLoss: 0.5 });
    expect(missing.then).toBeNull();
    expect(missing.missing[0]).toContain('No cheaper version is proven to lose less than 0.5 points');
  });

  it('combines changes, and refuses a question without one', async () => {
    const both = await ask({ acceptLoss: 5, traffic: 1000, hardware: 'vcpu' });
    expect(both.then?.version).toBe('5');
    expect(Number(both.then?.costPerMonth?.amount)).toBe(730 * (both.then?.replicas?.most ?? 0));
    expect((await catchProblem(ask({}))).code).toBe('invalid_request');
    expect((await catchProblem(ask({ traffic: 0 }))).code).toBe('invalid_request');
    expect((await catchProblem(ask({ spot: true }, { version: '77' }))).code).toBe('model_version_not_found');
  });
});
