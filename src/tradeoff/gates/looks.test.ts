import { beforeAll, describe, expect, it } from 'vitest';
import { recordUsage } from '../../finops/metering/schema.ts';
import { importEvaluation } from '../../mlops/evaluations/schema.ts';
import { removeModelAlias } from '../../mlops/registry/schema.ts';
import type { CallInput } from '../../platform/contract/schema.ts';
import { postApply } from '../../platform/manifests/schema.ts';
import { call, catchProblem } from '../../testing/application.ts';
import { sharedQuietApplication } from '../../testing/shared.ts';
import { getDecision, replayDecision } from '../decisions/schema.ts';
import { approveVersion } from './approve.ts';
import { approveVersion as approveEndpoint, checkGate } from './schema.ts';

const NOW = Date.parse('2026-11-10T12:00:00Z');
const application = await sharedQuietApplication({ clock: { now: () => NOW } });

const apply = (text: string) => call(application, postApply, { body: { documents: [{ file: 'c.yaml', text }] } });

beforeAll(() =>
  apply(`
apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec:
  currency: USD
  source: contract
  prices: [{resource: vcpu, perHour: '0.04', effectiveFrom: 2026-01-01}]
`),
);

async function mlflow<T>(path: string, body: object, method: 'POST' | 'DELETE' = 'POST'): Promise<T> {
  const answer = await application.http.inject({
    method,
    url: `/api/2.0/mlflow/${path}`,
    headers: { host: 'localhost' },
    payload: body,
  });
  if (answer.statusCode !== 200) throw new Error(answer.body);
  return answer.json() as T;
}

/** A version with a metered training. */
async function registerVersion(model: string): Promise<{ version: string; run: string }> {
  const { run } = await mlflow<{ run: { info: { run_id: string } } }>('runs/create', {
    experiment_id: '0',
    start_time: 1,
  });
  const id = run.info.run_id;
  await mlflow('registered-models/create', { name: model }).catch(() => undefined);
  const source = `mlflow-artifacts:/0/${id}/artifacts/model`;
  const { model_version: made } = await mlflow<{ model_version: { version: string } }>('model-versions/create', {
    ...{ name: model, source, run_id: id },
  });
  const period = { start: new Date(NOW - 3_600_000).toISOString(), end: new Date(NOW).toISOString() };
  const subject = { run: id, purpose: 'training' as const };
  const usage = { usage: `${id}:t`, subject, resource: 'vcpu', quantity: '1', period, origin: 'test' };
  await call(application, recordUsage, { body: { intervals: [usage] } });
  return { version: made.version, run: id };
}

/** Outcomes of `rows` examples of which every `wrongEvery`-th is wrong. */
async function evaluateRun(run: string, rows: number, wrongEvery: number, from = 0): Promise<void> {
  const lines = Array.from({ length: rows }, (_, at) => `e${at + from},${at % wrongEvery === 0 ? 0 : 1}`);
  await importOutcomes(run, `id,correct\n${lines.join('\n')}\n`, { id: 'id', correct: 'correct' });
}

async function importOutcomes(
  run: string,
  payload: string,
  columns: NonNullable<CallInput<typeof importEvaluation>['body']>['columns'],
): Promise<void> {
  const sent = await application.http.inject({
    method: 'POST',
    url: '/api/v1/evaluations/files?name=e.csv',
    headers: { host: 'localhost', 'content-type': 'application/octet-stream' },
    payload,
  });
  const { upload } = sent.json<{ upload: string }>();
  await call(application, importEvaluation, { body: { runId: run, columns, upload } });
}

let models = 0;

/** A model with a champion and a candidate, and a policy. */
async function prepare(terms: string) {
  models += 1;
  const [model, policy] = [`m${models}`, `p${models}`];
  const [champion, candidate] = [await registerVersion(model), await registerVersion(model)];
  await mlflow('registered-models/alias', { name: model, alias: 'champion', version: champion.version });
  await apply(`
apiVersion: steelyard/v1
kind: Policy
metadata: {name: ${policy}}
spec:
  model: ${model}
  currency: USD
  alpha: 0.05
  ${terms}
  quality: [{metric: accuracy, direction: higher, nonInferiority: {margin: '0.02'}}]
  cost: [{measure: trainingCost, atMost: '1'}]
`);
  const check = (dryRun = false) =>
    call(application, checkGate, { body: { model, version: candidate.version, policy, dryRun } });
  return { model, policy, champion, candidate, check };
}

describe('the looks of a policy', () => {
  it('promotes on tested outcomes, keeps them as evidence and replays the decision', async () => {
    const { champion, candidate, check } = await prepare('looks: 1');
    await evaluateRun(champion.run, 2_000, 10);
    await evaluateRun(candidate.run, 2_000, 11);
    const answer = await check();
    expect(answer).toMatchObject({ verdict: 'promote', method: 'Tests at a one-sided alpha of 0.05; look 1 of 1.' });
    expect(answer.checks[0]).toMatchObject({ n: 2_000, result: 'passes', test: 'Tango score interval' });
    const decision = answer.decision ?? '';
    const { evidence } = await call(application, getDecision, { params: { decision } });
    expect(evidence.candidate.gate?.pairs[0]).toMatchObject({ overlap: 1, paired: { pairs: 2_000 } });
    expect(await call(application, replayDecision, { params: { decision } })).toMatchObject({
      isSame: true,
      checks: [{ holds: true, n: 2_000 }, {}],
    });
  });

  it('pairs scores by example id, with the dependence within clusters', async () => {
    const { champion, candidate, check } = await prepare('looks: 1');
    const score = (at: number, shift: number) => Math.sin(at * 12.9898 + shift) / 2 + (at % 7) / 10 + shift / 50;
    const send = async (run: string, shift: number) => {
      const lines = Array.from(
        { length: 300 },
        (_, at) => `e${(at * 7) % 300},${score((at * 7) % 300, shift)},u${((at * 7) % 300) % 60}`,
      );
      await importOutcomes(run, `id,accuracy,user\n${lines.join('\n')}\n`, {
        id: 'id',
        scores: ['accuracy'],
        cluster: 'user',
      });
    };
    await send(champion.run, 0);
    await send(candidate.run, 1);
    const { decision } = await check();
    const { evidence } = await call(application, getDecision, { params: { decision: decision ?? '' } });
    const paired = evidence.candidate.gate?.pairs[0]?.paired;
    const differences = Array.from({ length: 300 }, (_, at) => score(at, 1) - score(at, 0));
    const mean = differences.reduce((sum, one) => sum + one, 0) / 300;
    const variance = differences.reduce((sum, one) => sum + (one - mean) ** 2, 0) / 299;
    const totals = Array.from({ length: 60 }, (_, user) =>
      differences.reduce((sum, one, at) => sum + (at % 60 === user ? one - mean : 0), 0),
    );
    const robust = (60 / 59) * totals.reduce((sum, total) => sum + total ** 2, 0);
    expect(paired).toMatchObject({ pairs: 300, counts: null, clusters: { count: 60 } });
    expect(paired?.difference.mean).toBeCloseTo(mean, 12);
    expect(paired?.difference.variance).toBeCloseTo(variance, 12);
    expect(paired?.clusters?.inflation).toBeCloseTo(Math.max(1, robust / (300 * variance)), 9);
  });

  it('spends nothing on the same outcomes, and refuses others when the one look is spent', async () => {
    const { champion, candidate, check } = await prepare('looks: 1');
    await evaluateRun(champion.run, 200, 10);
    await evaluateRun(candidate.run, 200, 11);
    const first = await check();
    const again = await check();
    expect(first.verdict).toBe('hold');
    expect(again.checks[0]).toEqual(first.checks[0]);
    await evaluateRun(champion.run, 4_000, 10);
    await evaluateRun(candidate.run, 4_000, 10);
    const other = await check();
    expect(other).toMatchObject({ verdict: 'hold', method: expect.stringContaining('are spent') });
    expect(other.checks[0]).toMatchObject({
      estimate: null,
      source: expect.stringContaining('was spent on other outcomes'),
    });
  });

  it('counts a dry run on new outcomes, because its estimate may decide what is tried next', async () => {
    const { champion, candidate, check } = await prepare('looks: 1');
    await evaluateRun(champion.run, 200, 10);
    await evaluateRun(candidate.run, 200, 10);
    await check(true);
    await evaluateRun(candidate.run, 200, 12);
    expect((await check()).checks[0]).toMatchObject({ source: expect.stringContaining('was spent') });
  });

  it('spends no look while outcomes are missing, or the examples differ', async () => {
    const { champion, candidate, check } = await prepare('looks: 1');
    await evaluateRun(candidate.run, 2_000, 10);
    const missing = await check();
    expect(missing.checks[0]).toMatchObject({ source: expect.stringContaining('import it for its run') });
    await evaluateRun(champion.run, 2_000, 10, 1_000);
    expect((await check()).checks[0]).toMatchObject({ source: expect.stringContaining('50 % of the larger one') });
    await evaluateRun(champion.run, 2_000, 10);
    expect(await check()).toMatchObject({ verdict: 'promote' });
  });

  it('tests planned looks with Lan-DeMets bounds at growing outcomes', async () => {
    const { champion, candidate, check } = await prepare('looks: {planned: 2, examples: 4000}');
    await evaluateRun(champion.run, 300, 10);
    await evaluateRun(candidate.run, 300, 10);
    const first = await check();
    expect(first.checks[0]).toMatchObject({ holds: null, test: "Lan-DeMets bound (O'Brien-Fleming), look 1 of 2" });
    await evaluateRun(champion.run, 4_000, 10);
    await evaluateRun(candidate.run, 4_000, 10);
    const second = await check();
    expect(second).toMatchObject({ verdict: 'promote', method: expect.stringContaining('look 2 of 2') });
  });

  it('tests any number of looks with a confidence sequence', async () => {
    const { champion, candidate, check } = await prepare('looks: anytime');
    for (const rows of [200, 400, 6_000]) {
      await evaluateRun(champion.run, rows, 10);
      await evaluateRun(candidate.run, rows, 10);
      const { checks } = await check(true);
      expect(checks[0]).toMatchObject({ n: rows, test: 'betting confidence sequence' });
      expect(checks[0]?.holds).toBe(rows === 6_000 ? true : null);
    }
  });

  it('gives gates at the same time one look each', async () => {
    const { champion, candidate, check } = await prepare('looks: 1');
    await evaluateRun(champion.run, 2_000, 10);
    await evaluateRun(candidate.run, 2_000, 10);
    const answers = await Promise.all([check(), check(), check(true)]);
    expect(answers.map(({ verdict }) => verdict)).toEqual(['promote', 'promote', 'promote']);
  });

  it('holds after the champion was deleted', async () => {
    const { model, champion, candidate, check } = await prepare('looks: anytime');
    await evaluateRun(champion.run, 2_000, 10);
    await evaluateRun(candidate.run, 2_000, 100);
    await check(true);
    await call(application, removeModelAlias, {
      params: { model, alias: 'champion' },
      query: { reason: 'it was unsafe' },
    });
    await mlflow('model-versions/delete', { name: model, version: champion.version }, 'DELETE');
    expect(await check()).toMatchObject({
      verdict: 'hold',
      checks: [{ source: expect.stringContaining(`was version ${champion.version}, which is gone`) }, {}],
    });
  });
});

describe('approvals', () => {
  const terms = 'approvals: [{role: finance, count: 1}]';

  it('hold a version until an account of the role approved it', async () => {
    const { model, policy, champion, candidate, check } = await prepare(terms);
    await evaluateRun(champion.run, 2_000, 10);
    await evaluateRun(candidate.run, 2_000, 10);
    expect(await check()).toMatchObject({ verdict: 'hold', checks: [{}, {}, { side: 'approval', measured: '0' }] });
    const { approvals } = await call(application, approveEndpoint, {
      body: { model, version: candidate.version, policy },
    });
    expect(approvals).toEqual([{ account: 'local', role: 'local', at: new Date(NOW).toISOString() }]);
    expect(await check()).toMatchObject({ verdict: 'promote' });
  });

  it('refuse an account without the role, and a policy that requires none', async () => {
    const { model, policy } = await prepare(terms);
    const deps = {
      store: application.store,
      clock: { now: () => NOW },
      evidence: { find: () => Promise.reject(new Error('not reached')) },
    };
    const found = { ...deps, evidence: { find: async () => ({ version: '2' }) as never } };
    const asked = { model, version: '2', policy };
    await expect(approveVersion(found, asked, { name: 'bob', role: 'operator' })).rejects.toMatchObject({
      code: 'not_permitted',
      meaning: { status: 403 },
    });
    await expect(approveVersion(found, asked, { name: 'eve', role: 'finance' })).resolves.toMatchObject({
      approvals: [{ account: 'eve', role: 'finance' }],
    });
    const without = await prepare('looks: 1');
    const body = { model: without.model, version: without.candidate.version, policy: without.policy };
    expect(await catchProblem(call(application, approveEndpoint, { body }))).toMatchObject({
      code: 'approval_not_required',
    });
  });
});

it('refuses a policy that can never pass when it is applied', async () => {
  const applied = apply(`
apiVersion: steelyard/v1
kind: Policy
metadata: {name: never}
spec:
  model: m
  currency: USD
  alpha: 0.05
  slo: {errorRate: 0}
  quality: [{metric: accuracy, direction: higher, floor: '0.5'}]
  cost: [{measure: trainingCost, atMost: '1'}]
`);
  expect(await catchProblem(applied)).toMatchObject({
    code: 'policy_contradictory',
    detail: expect.stringContaining('The error rate 0 can never pass'),
  });
});
