import { beforeAll, describe, expect, it } from 'vitest';
import { recordUsage } from '../../finops/metering/schema.ts';
import { recordLabels, recordPredictions } from '../../mlops/predictions/schema.ts';
import { postApply } from '../../platform/manifests/schema.ts';
import { call, catchProblem } from '../../testing/application.ts';
import { sharedQuietApplication } from '../../testing/shared.ts';
import { getDecision, replayDecision } from '../decisions/schema.ts';
import { getVersionEvidence } from '../evidence/schema.ts';
import { checkGate } from './schema.ts';

const NOW = Date.parse('2026-11-10T12:00:00Z');
const HOUR = 3_600_000;
const application = await sharedQuietApplication({ clock: { now: () => NOW } });
const apply = (text: string) => call(application, postApply, { body: { documents: [{ file: 'c.yaml', text }] } });

beforeAll(() =>
  apply(`
apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec: {currency: USD, source: contract, prices: [{resource: vcpu, perHour: '0.04', effectiveFrom: 2026-01-01}]}
`),
);

async function mlflow<T>(path: string, payload: object): Promise<T> {
  const url = `/api/2.0/mlflow/${path}`;
  const answer = await application.http.inject({ method: 'POST', url, headers: { host: 'localhost' }, payload });
  return answer.json() as T;
}

async function registerVersion(model: string): Promise<void> {
  const { run } = await mlflow<{ run: { info: { run_id: string } } }>('runs/create', {
    experiment_id: '0',
    start_time: 1,
  });
  const id = run.info.run_id;
  const source = `mlflow-artifacts:/0/${id}/artifacts/model`;
  await mlflow('model-versions/create', { name: model, source, run_id: id });
  const period = { start: new Date(NOW - HOUR).toISOString(), end: new Date(NOW).toISOString() };
  const subject = { run: id, purpose: 'training' as const };
  const usage = { usage: `${id}:t`, subject, resource: 'vcpu', quantity: '1', period, origin: 'test' };
  await call(application, recordUsage, { body: { intervals: [usage] } });
}

/** A model with versions 1 (champion) and 2, a monitor whose labels take a day, and a policy on live predictions. */
async function prepare(model: string, { terms = '', monitor = '' } = {}): Promise<void> {
  await mlflow('registered-models/create', { name: model });
  for (const _version of ['1', '2']) await registerVersion(model);
  await mlflow('registered-models/alias', { name: model, alias: 'champion', version: '1' });
  await apply(`
apiVersion: steelyard/v1
kind: Monitor
metadata: {name: ${model}}
spec: {model: ${model}, quality: {kind: classification, output: class, positive: "1", probability: p}, labels: {withinDays: 1}${monitor}}
---
apiVersion: steelyard/v1
kind: Policy
metadata: {name: ${model}}
spec:
  model: ${model}
  currency: USD
  alpha: 0.05
  quality: [{metric: accuracy, direction: higher, nonInferiority: {margin: '0.03'}, source: live}]
  cost: [{measure: trainingCost, atMost: '1'}]
  ${terms}
`);
}

interface Traffic {
  /** Right answers of a hundred. */
  readonly right: number;
  /** Hours before now: of the first prediction, and of the end. */
  readonly from: number;
  readonly until: number;
  readonly rows?: number;
  /** Labels of a hundred predictions. */
  readonly labels?: number;
}

async function record(
  model: string,
  version: string,
  { right, from, until, rows = 1_000, labels = 100 }: Traffic,
): Promise<void> {
  const predictions = Array.from({ length: rows }, (_, n) => ({
    prediction: `${model}-${version}-${from}-${n}`,
    model,
    modelVersion: version,
    predictedAt: new Date(NOW - from * HOUR + (n * (from - until) * HOUR) / rows).toISOString(),
    output: { class: 1, p: 0.6 + (n % 40) / 100 },
  }));
  await call(application, recordPredictions, { body: { predictions } });
  const told = predictions
    .map(({ prediction }, n) => ({ prediction, value: (n * 37) % 100 < right ? 1 : 0, at: n }))
    .filter(({ at }) => at % 100 < labels)
    .map(({ at: _, ...label }) => label);
  if (told.length > 0) await call(application, recordLabels, { body: { model, labels: told } });
}

const check = (model: string) =>
  call(application, checkGate, { body: { model, version: '2', policy: model, dryRun: false } });

describe('a rule on live predictions', () => {
  it('compares both versions in their common matured time, and replays', async () => {
    await prepare('m1');
    await record('m1', '1', { right: 70, from: 96, until: 30 });
    await record('m1', '2', { right: 85, from: 60, until: 36 });
    // Labels of later predictions may still come: they count for neither.
    await record('m1', '2', { right: 0, from: 20, until: 2, rows: 200 });
    const answer = await check('m1');
    expect(answer.verdict).toBe('promote');
    const [quality] = answer.checks;
    expect(quality).toMatchObject({ result: 'passes', test: expect.stringContaining('Newcombe') });
    expect(quality?.source).toMatch(
      /^1000 labelled predictions of version 2 from 2026-11-08T00:00.* in the same time$/,
    );
    expect(Number(quality?.estimate)).toBeCloseTo(0.15, 1);
    const decision = answer.decision ?? '';
    const { evidence } = await call(application, getDecision, { params: { decision } });
    const [live] = evidence.candidate.gate?.live ?? [];
    expect(live).toMatchObject({
      window: { start: '2026-11-08T00:00:00.000Z' },
      candidate: { predictions: 1_000, labelled: 1_000 },
    });
    expect(live?.champion?.n).toBeLessThan(400);
    expect(quality?.n).toBe(live?.champion?.n);
    expect(await call(application, replayDecision, { params: { decision } })).toMatchObject({ isSame: true });
  });

  it('fails for a version that is shown to be worse', async () => {
    await prepare('m2');
    await record('m2', '1', { right: 85, from: 60, until: 36 });
    await record('m2', '2', { right: 70, from: 60, until: 36 });
    expect(await check('m2')).toMatchObject({ verdict: 'reject', checks: [{ result: 'fails' }, {}] });
  });

  it('is inconclusive without enough labels, in different times, and without matured predictions, and says why', async () => {
    await prepare('m3');
    await record('m3', '1', { right: 70, from: 60, until: 36, rows: 200 });
    const source = async () => {
      const { verdict, checks } = await check('m3');
      expect([verdict, checks[0]?.result]).toEqual(['hold', 'inconclusive']);
      return checks[0]?.source;
    };
    await record('m3', '2', { right: 90, from: 20, until: 2, rows: 200 });
    expect(await source()).toMatch(
      /^no logged prediction of version 2 of m3 is older than the time for labels \(1 days/,
    );
    await record('m3', '2', { right: 90, from: 34, until: 30, rows: 200 });
    expect(await source()).toBe('versions 2 and 1 made no predictions at the same time');
    await record('m3', '1', { right: 70, from: 34, until: 30, rows: 200, labels: 50 });
    expect(await source()).toMatch(/matured predictions of version 1 have a label: 50 %, and the policy requires 95 %/);
  });

  it('never passes on an estimate', async () => {
    const reference = '{start: "2026-11-01T00:00:00Z", end: "2026-11-07T00:00:00Z"}';
    await prepare('m4', { monitor: `, estimate: {reference: ${reference}}` });
    await record('m4', '1', { right: 80, from: 200, until: 100 });
    await record('m4', '2', { right: 90, from: 20, until: 2, labels: 0 });
    const { verdict, checks } = await check('m4');
    expect([verdict, checks[0]?.estimate]).toEqual(['hold', null]);
    expect(checks[0]?.source).toMatch(/0\.\d+ \(.*\) is an estimate without labels, which passes no check$/);
    const params = { model: 'm4', version: '2' };
    const { live } = await call(application, getVersionEvidence, { params });
    expect(live?.find(({ metric }) => metric === 'accuracy')).toMatchObject({ kind: 'estimated', completeness: null });
    expect(live?.some(({ kind }) => kind === 'measured')).toBe(false);
  });

  it('is refused without a test, with an evaluation, and with a relative margin', async () => {
    const policy = (terms: string, rule: string) =>
      apply(
        `{apiVersion: steelyard/v1, kind: Policy, metadata: {name: bad}, spec: {model: m, currency: USD, ${terms} quality: [{metric: accuracy, direction: higher, source: live, ${rule}}], cost: [{measure: trainingCost, atMost: "1"}]}}`,
      );
    const refused = async (terms: string, rule: string) => (await catchProblem(policy(terms, rule))).detail;
    expect(await refused('', 'floor: "0.5"')).toContain('State "alpha"');
    expect(await refused('alpha: 0.05,', 'floor: "0.5", evaluation: e')).toContain('State one of them');
    expect(await refused('alpha: 0.05,', 'nonInferiority: {relativeMargin: 0.1}')).toContain('margin: ...');
  });
});

describe('the quality of a version in traffic', () => {
  it('is measured on matured predictions, with its completeness, window and interval', async () => {
    await prepare('m5');
    await record('m5', '2', { right: 80, from: 60, until: 36, rows: 500, labels: 60 });
    await record('m5', '2', { right: 0, from: 20, until: 2, rows: 100 });
    const { live } = await call(application, getVersionEvidence, { params: { model: 'm5', version: '2' } });
    const accuracy = live?.find(({ metric }) => metric === 'accuracy');
    expect(accuracy).toMatchObject({
      ...{ kind: 'measured', n: 300, predictions: 500, completeness: 0.6, monitor: 'm5' },
      window: { start: '2026-11-08T00:00:00.000Z' },
    });
    const { lower = 0, upper = 0 } = accuracy?.interval ?? {};
    expect([lower < (accuracy?.value ?? 0), upper > (accuracy?.value ?? 1)]).toEqual([true, true]);
    const { live: none } = await call(application, getVersionEvidence, { params: { model: 'm5', version: '1' } });
    expect(none).toEqual([]);
  });
});
