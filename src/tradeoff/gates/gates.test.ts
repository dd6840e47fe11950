import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { recordUsage } from '../../finops/metering/schema.ts';
import { postApply } from '../../platform/manifests/schema.ts';
import { call, catchProblem, importFiles } from '../../testing/application.ts';
import { sharedQuietApplication } from '../../testing/shared.ts';
import { getDecision, listDecisions } from '../decisions/schema.ts';
import { getVersionEvidence, listModelEvidence } from '../evidence/schema.ts';
import { checkGate } from './schema.ts';

const NOW = Date.parse('2026-11-10T12:00:00Z');

const CONFIG = `
apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec:
  currency: USD
  source: contract of 2026-01
  prices:
    - {resource: vcpu, perHour: '0.04', effectiveFrom: 2026-01-01}
---
apiVersion: steelyard/v1
kind: AllocationRules
metadata: {name: rules}
spec:
  rules:
    - {name: tagged, match: {'tag:team': '*'}, subject: {team: '{tag:team}'}}
---
apiVersion: steelyard/v1
kind: Budget
metadata: {name: recs}
spec: {subject: {team: recs}, amount: '500', currency: USD}
`;

const POLICY = () => `
apiVersion: steelyard/v1
kind: Policy
metadata: {name: ${policy}}
spec:
  model: ${model}
  currency: USD
  quality:
    - {metric: ndcg, direction: higher, floor: '0.2', notWorseThanChampionBy: '0.01'}
  cost:
    - {measure: trainingCost, atMost: '1'}
    - {measure: costPerThousandPredictions, basis: benchmark, atMost: '0.01'}
    - {measure: budget, predictionsPerMonth: 10000000, budget: recs}
`;

const BILL = `BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,Tags
300,300,USD,2026-11-01,2026-11-02,"{""team"": ""recs""}"
`;

const application = await sharedQuietApplication({ clock: { now: () => NOW } });
beforeAll(async () => {
  await apply(CONFIG);
  await importFiles(application, 'aws', { 'nov.csv': BILL });
});
/** Each test has its own model and policy. */
let model = '';
let policy = '';
let tests = 0;
beforeEach(async () => {
  tests += 1;
  [model, policy] = [`ranker-${tests}`, `production-${tests}`];
  await apply(POLICY());
});

const apply = (text: string) => call(application, postApply, { body: { documents: [{ file: 'c.yaml', text }] } });
const check = (version: string, dryRun = false) =>
  call(application, checkGate, { body: { model, version, policy, dryRun } });

async function mlflow<T>(method: 'POST' | 'GET', path: string, body: object): Promise<T> {
  const url = `/api/2.0/mlflow/${path}${method === 'GET' ? `?${new URLSearchParams(body as Record<string, string>)}` : ''}`;
  const answer = await application.http.inject({
    method,
    url,
    headers: { host: 'localhost' },
    ...(method === 'POST' ? { payload: body } : {}),
  });
  if (answer.statusCode !== 200) throw new Error(answer.body);
  return answer.json() as T;
}

/** Registers a version whose run has the metric, and meters its training and its predictions. */
async function registerVersion(ndcg: number | null, servedHours: number | null): Promise<string> {
  const { run } = await mlflow<{ run: { info: { run_id: string } } }>('POST', 'runs/create', {
    experiment_id: '0',
    start_time: NOW,
  });
  const runId = run.info.run_id;
  if (ndcg !== null)
    await mlflow('POST', 'runs/log-metric', { run_id: runId, key: 'ndcg', value: ndcg, timestamp: NOW, step: 0 });
  await mlflow('POST', 'registered-models/create', { name: model }).catch(() => undefined);
  const { model_version: created } = await mlflow<{ model_version: { version: string } }>(
    'POST',
    'model-versions/create',
    {
      name: model,
      source: `mlflow-artifacts:/0/${runId}/artifacts/model`,
      run_id: runId,
    },
  );
  const { version } = created;
  const usage = (name: string, hours: number, subject: object, predictions: number | null) => ({
    usage: `${runId}:${name}`,
    subject,
    resource: 'vcpu',
    quantity: '2',
    period: { start: new Date(NOW - hours * 3_600_000).toISOString(), end: new Date(NOW).toISOString() },
    ...(predictions === null ? {} : { predictions }),
    origin: 'test',
  });
  const intervals = [usage('train', 1, { run: runId, purpose: 'training' }, null)];
  if (servedHours !== null) {
    intervals.push(usage('serve', servedHours, { model, modelVersion: version, purpose: 'inference' }, 10_000));
  }
  await call(application, recordUsage, { body: { intervals } });
  return version;
}

const champion = async () => {
  const { versions } = await call(application, listModelEvidence, { params: { model } });
  return versions.find(({ aliases }) => aliases.includes('champion'))?.version ?? null;
};

describe('the policy of a check that names none', () => {
  it('is the one policy of the model; with several, and without one, the answer says so', async () => {
    const version = await registerVersion(0.25, 1);
    const checkByModel = (of = model) => call(application, checkGate, { body: { model: of, version, dryRun: true } });
    expect(await checkByModel()).toMatchObject({ policy, verdict: 'promote' });
    await apply(POLICY().replace(`{name: ${policy}}`, `{name: ${policy}-other}`));
    expect(await catchProblem(checkByModel())).toMatchObject({
      ...{ code: 'policy_ambiguous', status: 409, policies: [policy, `${policy}-other`] },
    });
    expect(await catchProblem(checkByModel('unknown'))).toMatchObject({ code: 'policy_not_found' });
  });
});

describe('the gate on recorded facts', () => {
  it('promotes a version that passes on both sides, moves the alias and keeps the evidence', async () => {
    const version = await registerVersion(0.25, 1);
    const answer = await check(version);
    expect(answer.verdict).toBe('promote');
    // 2 vCPU x 1 h x 0.04 = 0.08 for 10,000 predictions = 0.008 per 1,000. 10,000,000 a month are 3.8 a second: 1.37 replicas at
    // full use, 1.96 at a target of 0.7, so two replicas of 58.40 a month <= 500 - 300.
    expect(answer.checks.map(({ name, measured, bound, holds }) => [name, measured, bound, holds])).toEqual([
      ['ndcg floor', '0.25', '0.2', true],
      ['ndcg against @champion', '0.25', null, true],
      ['training cost', '0.08', '1', true],
      ['cost per 1,000 predictions', '0.008', '0.01', true],
      ['budget recs', '116.8', '200', true],
    ]);
    expect(await champion()).toBe(version);
    const decision = await call(application, getDecision, { params: { decision: answer.decision ?? '' } });
    expect(decision).toMatchObject({
      verdict: 'promote',
      at: '2026-11-10T12:00:00.000Z',
      action: { alias: 'champion', from: null, to: version },
      evidence: { policy: { policyVersion: 1 }, priceBooks: ['own@1'], champion: null },
    });
    expect(decision.evidence.billDeliveries).toHaveLength(1);
  });

  it('rejects the better model that costs too much, and leaves the champion', async () => {
    const small = await registerVersion(0.25, 1);
    await check(small);
    const large = await registerVersion(0.4, 2);
    const answer = await check(large);
    expect(answer).toMatchObject({ verdict: 'reject' });
    expect(answer.checks.filter(({ holds }) => holds === false).map(({ side, name }) => [side, name])).toEqual([
      ['cost', 'cost per 1,000 predictions'],
      ['cost', 'budget recs'],
    ]);
    expect(await champion()).toBe(small);
    const { decisions } = await call(application, listDecisions, { query: { model, verdict: 'reject' } });
    expect(decisions.map(({ version, action }) => [version, action])).toEqual([[large, null]]);
  });

  it('lists the decisions of a time, its end left out', async () => {
    await check(await registerVersion(0.25, 1));
    const count = async (query: { since?: string; until?: string }) =>
      (await call(application, listDecisions, { query: { model, ...query } })).decisions.length;
    expect(await count({ since: '2026-11-10T12:00:00Z' })).toBe(1);
    expect(await count({ since: '2026-11-10T12:00:00.001Z' })).toBe(0);
    expect(await count({ since: '2026-11-01T00:00:00Z', until: '2026-11-10T12:00:00Z' })).toBe(0);
    expect(await count({ until: '2026-11-11T00:00:00Z' })).toBe(1);
  });

  it('holds a version whose predictions were never metered: unknown is not free', async () => {
    const answer = await check(await registerVersion(0.25, null));
    expect(answer.verdict).toBe('hold');
    expect(answer.checks.find(({ name }) => name === 'cost per 1,000 predictions')).toMatchObject({
      measured: null,
      holds: null,
      source: expect.stringContaining('no benchmark was recorded'),
    });
    expect(await champion()).toBeNull();
  });

  it('holds when the price book lacks the resource that was used', async () => {
    const version = await registerVersion(0.25, 1);
    const period = { start: new Date(NOW - 1000).toISOString(), end: new Date(NOW).toISOString() };
    const subject = { model, modelVersion: version, purpose: 'inference' as const };
    const unpriced = {
      usage: 'gpu',
      subject,
      resource: 'gpu:H100',
      quantity: '1',
      period,
      predictions: 5,
      origin: 'test',
    };
    await call(application, recordUsage, { body: { intervals: [unpriced] } });
    expect((await check(version)).verdict).toBe('hold');
  });

  it('answers a dry run without a decision and without moving the alias', async () => {
    expect(await check(await registerVersion(0.25, 1), true)).toMatchObject({ verdict: 'promote', decision: null });
    expect(await champion()).toBeNull();
    expect((await call(application, listDecisions, { query: { model } })).decisions).toEqual([]);
  });

  it('weighs the version behind an alias', async () => {
    const version = await registerVersion(0.25, 1);
    await check(version);
    expect(await check('@champion')).toMatchObject({ version, verdict: 'promote' });
  });

  it.each([
    ['an unknown policy', { policy: 'nope' }, 'policy_not_found'],
    ['an unknown version', { version: '99' }, 'model_version_not_found'],
    ['a policy for another model', { model: 'other' }, 'policy_model_mismatch'],
  ])('refuses %s with a clear code', async (_what, change, code) => {
    await registerVersion(0.25, 1);
    const body = { model, version: '1', policy, ...change };
    expect(await catchProblem(call(application, checkGate, { body }))).toMatchObject({ code });
  });

  it('records one promotion for each of many that ask at once', async () => {
    const versions = [await registerVersion(0.25, 1), await registerVersion(0.26, 1)];
    const answers = await Promise.all(versions.flatMap((version) => [check(version), check(version)]));
    expect(answers.every(({ decision }) => decision !== null)).toBe(true);
    const { decisions } = await call(application, listDecisions, { query: { model } });
    const last = decisions.find(({ action }) => action !== null);
    expect(await champion()).toBe(last?.action?.to);
  });
});

describe('evidence', () => {
  const serve = (version: string, hours: number, predictions: number) => {
    const period = { start: new Date(NOW - hours * 3_600_000).toISOString(), end: new Date(NOW).toISOString() };
    const subject = { model, modelVersion: version, endpoint: `${model}-live`, purpose: 'inference' as const };
    const usage = { usage: `${model}:${version}:live`, subject, resource: 'vcpu', quantity: '2', period, predictions };
    return call(application, recordUsage, { body: { intervals: [{ ...usage, origin: 'replicas' }] } });
  };

  it('keeps benchmark and served cost apart, so that an idle endpoint changes no comparison', async () => {
    const small = await registerVersion(0.25, 1);
    const large = await registerVersion(0.4, 8);
    await check(small);
    const before = await call(application, listModelEvidence, { params: { model } });
    await serve(small, 100, 10);
    const after = await call(application, listModelEvidence, { params: { model } });
    expect(after.compared).toEqual(before.compared);
    expect(after.compared).toMatchObject({ basis: 'benchmark', hardware: '2 x vcpu', window: null, currency: 'USD' });
    expect(after.compared.figures).toMatchObject([
      { version: large, perThousand: { amount: '0.064' } },
      { version: small, perThousand: { amount: '0.008' } },
    ]);
    const { unitCosts } = await call(application, getVersionEvidence, { params: { model, version: small } });
    expect(unitCosts?.map(({ basis, perThousand, predictions }) => [basis, perThousand?.amount, predictions])).toEqual([
      ['benchmark', '0.008', 10_000],
      ['served', '800', 10],
    ]);
    expect((await check(small, true)).verdict).toBe('promote');
  });

  it('says that nothing can be compared where one version has a benchmark and the other traffic only', async () => {
    await registerVersion(0.25, 1);
    const live = await registerVersion(0.3, null);
    await serve(live, 2, 1000);
    const { compared } = await call(application, listModelEvidence, { params: { model } });
    expect(compared).toMatchObject({ reason: expect.stringContaining('only version') });
    expect(compared.figures).toHaveLength(1);
  });

  it('counts only the last seven days as served', async () => {
    const version = await registerVersion(0.25, null);
    await serve(version, 24 * 14, 1_000_000);
    const { unitCosts } = await call(application, getVersionEvidence, { params: { model, version } });
    expect(unitCosts).toMatchObject([{ basis: 'served', predictions: 500_000, perThousand: { amount: '0.02688' } }]);
    expect(unitCosts?.[0]?.window).toEqual({ start: '2026-11-03T12:00:00.000Z', end: '2026-11-10T12:00:00.000Z' });
  });

  it('weighs a run by the benchmark that the run recorded before it was registered', async () => {
    const version = await registerVersion(0.25, null);
    const { runId } = await call(application, getVersionEvidence, { params: { model, version } });
    const period = { start: new Date(NOW - 3_600_000).toISOString(), end: new Date(NOW).toISOString() };
    const subject = { run: runId ?? '', purpose: 'inference' as const };
    const usage = { usage: `${runId}:bench`, subject, resource: 'vcpu', quantity: '2', period, predictions: 20_000 };
    await call(application, recordUsage, { body: { intervals: [{ ...usage, origin: 'step' }] } });
    const { unitCosts } = await call(application, getVersionEvidence, { params: { model, version } });
    expect(unitCosts).toMatchObject([{ basis: 'benchmark', perThousand: { amount: '0.004' } }]);
  });

  it('takes the interval and the sample size that were logged beside a metric', async () => {
    const version = await registerVersion(0.25, 1);
    const { runId } = await call(application, getVersionEvidence, { params: { model, version } });
    const log = (key: string, value: number) =>
      mlflow('POST', 'runs/log-metric', { run_id: runId, key, value, timestamp: NOW, step: 0 });
    await log('ndcg.ci_lower', 0.24);
    await log('ndcg.ci_upper', 0.26);
    await log('ndcg.n', 1200);
    const { quality } = await call(application, getVersionEvidence, { params: { model, version } });
    expect(quality).toMatchObject([
      { metric: 'ndcg', value: 0.25, interval: { lower: 0.24, upper: 0.26, level: 0.95 }, sampleSize: 1200 },
    ]);
  });
});
