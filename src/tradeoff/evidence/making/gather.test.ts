import { describe, expect, it, vi } from 'vitest';
import { recordUsage } from '../../../finops/metering/schema.ts';
import { applied, ranToEnd, requireStep, sentCode } from '../../../mlops/testing/pipelines.ts';
import { call } from '../../../testing/application.ts';
import { sharedApplication } from '../../../testing/shared.ts';
import { checkGate } from '../../gates/schema.ts';
import { getVersionEvidence, listModelEvidence } from '../schema.ts';

const NOW = Date.parse('2026-11-10T12:00:00Z');
const HOUR = 3_600_000;

const application = await sharedApplication();

await applied(
  application,
  `apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec:
  currency: USD
  source: test
  prices:
    - {resource: vcpu, perHour: '1', effectiveFrom: 2026-01-01}
    - {resource: machine, perHour: '36', effectiveFrom: 2026-01-01}
`,
);

async function mlflow<T>(path: string, payload: object): Promise<T> {
  const url = `/api/2.0/mlflow/${path}`;
  const answer = await application.http.inject({ method: 'POST', url, headers: { host: 'localhost' }, payload });
  if (answer.statusCode !== 200) throw new Error(answer.body);
  return answer.json() as T;
}

/** A run below another one, which ended with this status and used so many hours of a vCPU; null: no usage was recorded. */
async function createRun(
  name: string,
  { parent, hours, status = 'FINISHED' }: { parent?: string; hours: number | null; status?: string },
): Promise<string> {
  const tags = parent === undefined ? [] : [{ key: 'mlflow.parentRunId', value: parent }];
  const { run } = await mlflow<{ run: { info: { run_id: string } } }>('runs/create', {
    ...{ experiment_id: '0', run_name: name, start_time: NOW - 5 * HOUR, tags },
  });
  const id = run.info.run_id;
  await mlflow('runs/update', { run_id: id, status, end_time: NOW });
  if (hours !== null) {
    const period = { start: new Date(NOW - hours * HOUR).toISOString(), end: new Date(NOW).toISOString() };
    const subject = { run: id, purpose: 'training' as const };
    const usage = { usage: id, subject, resource: 'vcpu', quantity: '1', period, origin: 'test' };
    await call(application, recordUsage, { body: { intervals: [usage] } });
  }
  return id;
}

async function registerVersion(model: string, runId: string): Promise<string> {
  await mlflow('registered-models/create', { name: model }).catch(() => undefined);
  const created = await mlflow<{ model_version: { version: string } }>('model-versions/create', {
    ...{ name: model, source: `mlflow-artifacts:/0/${runId}/artifacts/model`, run_id: runId },
  });
  return created.model_version.version;
}

const showMaking = async (model: string, version: string) =>
  (await call(application, getVersionEvidence, { params: { model, version } })).makingCost;

describe('the making cost of a version from a sweep', () => {
  it('has the failed trials, leaves out other models, and is counted once over the versions of the sweep', async () => {
    const sweep = await createRun('sweep', { hours: null });
    const first = await createRun('trial 1', { parent: sweep, hours: 2 });
    const second = await createRun('trial 2', { parent: sweep, hours: 3 });
    const failed = await createRun('trial 3', { parent: sweep, hours: 1, status: 'FAILED' });
    const nested = await createRun('evaluation of trial 2', { parent: second, hours: 0.5 });
    const other = await createRun('another model', { parent: sweep, hours: 100 });
    await registerVersion('other-model', other);
    const model = 'swept';
    await registerVersion(model, first);
    await registerVersion(model, second);
    const cost = await vi.waitFor(async () => {
      const found = await showMaking(model, '2');
      expect(found).toMatchObject({ cost: { amount: '6.5', currency: 'USD' }, isLowerBound: false });
      return found;
    });
    expect(cost).toMatchObject({
      own: { amount: '3.5' },
      shared: { amount: '3' },
      sharedWith: ['1'],
      basis: 'metered',
    });
    const parts = cost?.parts.map(({ run, relation, state, coverage }) => [run, relation, state, coverage]);
    expect(parts?.[0]).toEqual([second, 'run', 'FINISHED', 'known']);
    expect(parts?.toSorted()).toEqual(
      [
        [second, 'run', 'FINISHED', 'known'],
        [nested, 'nested', 'FINISHED', 'known'],
        [sweep, 'search', 'FINISHED', 'elsewhere'],
        [first, 'search', 'FINISHED', 'known'],
        [failed, 'search', 'FAILED', 'known'],
      ].toSorted(),
    );
    const { makingTotal, versions } = await call(application, listModelEvidence, { params: { model } });
    expect(versions.map(({ makingCost }) => makingCost?.cost?.amount)).toEqual(['6.5', '6.5']);
    expect(makingTotal).toEqual({
      cost: { amount: '6.5', currency: 'USD' },
      isLowerBound: false,
      reason: null,
      runs: 5,
    });
  });

  it('is at least the known part with a trial without usage, and a gate holds the version', async () => {
    const sweep = await createRun('sweep', { hours: null });
    const trial = await createRun('trial 1', { parent: sweep, hours: 2 });
    await createRun('trial 2', { parent: sweep, hours: null });
    const model = 'half-known';
    await registerVersion(model, trial);
    const policy = (atMost: string) =>
      applied(
        application,
        `apiVersion: steelyard/v1
kind: Policy
metadata: {name: making}
spec:
  model: ${model}
  currency: USD
  quality: [{metric: accuracy, direction: higher, floor: '0'}]
  cost: [{measure: makingCost, atMost: '${atMost}'}]
`,
      );
    const check = async () => {
      const body = { model, version: '1', policy: 'making', dryRun: true };
      const { checks } = await call(application, checkGate, { body });
      return checks.find(({ name }) => name === 'making cost');
    };
    await policy('5');
    await vi.waitFor(async () => expect(await check()).toMatchObject({ measured: '2', holds: null }));
    expect((await check())?.source).toMatch(
      /^at least: metered cost of 3 runs; 1 of 3 runs have no complete cost: trial 2/,
    );
    await policy('1.99');
    expect(await check()).toMatchObject({ measured: '2', holds: false });
  });

  it('ends where parents form a circle', async () => {
    const one = await createRun('one', { hours: 1 });
    const two = await createRun('two', { parent: one, hours: 2 });
    await mlflow('runs/set-tag', { run_id: one, key: 'mlflow.parentRunId', value: two });
    await registerVersion('circle', one);
    await vi.waitFor(async () => expect(await showMaking('circle', '1')).toMatchObject({ cost: { amount: '3' } }));
  });
});

const PIPELINE = `apiVersion: steelyard/v1
kind: Pipeline
metadata: {name: making}
spec:
  steps:
    prepare: {run: cp data.txt clean.csv, code: [data.txt], outputs: [clean.csv]}
    train:
      run: [sh, -e, train.sh, '\${{ matrix.lr }}']
      code: [train.sh]
      needs: [prepare]
      matrix: {lr: [0.1, 0.7]}
      inputs: [clean.csv]
      outputs: [model.txt]
      metrics: metrics.json
    evaluate: {uses: evaluate, needs: [train], metric: accuracy}
    register: {uses: register, of: evaluate, needs: [evaluate], model: piped, artifact: model.txt}
`;
const TRAIN = 'cp clean.csv model.txt; echo "lr $1" >> model.txt; echo "{\\"accuracy\\": $1}" > metrics.json\n';
const CODE = { 'data.txt': 'data\n', 'train.sh': TRAIN };

describe('the making cost of a version from a pipeline run', () => {
  it('has the data step and every trained combination, also where a step reused an earlier result', async () => {
    await applied(application, PIPELINE);
    const first = await ranToEnd(application, 'making', { code: await sentCode(application, CODE) });
    expect(first.state).toBe('succeeded');
    await vi.waitFor(async () => {
      const cost = await showMaking('piped', '1');
      expect(cost).toMatchObject({ cost: first.cost, isLowerBound: false, sharedWith: [] });
      expect(cost?.parts.flatMap(({ step }) => step ?? []).toSorted()).toEqual([
        ...['prepare', 'train[lr=0.1]', 'train[lr=0.7]'],
      ]);
    });
    const edited = await sentCode(application, { ...CODE, 'train.sh': `${TRAIN}echo again >> model.txt\n` });
    const second = await ranToEnd(application, 'making', { code: edited });
    expect(requireStep(second, 'prepare').state).toBe('cached');
    await vi.waitFor(async () => {
      const cost = await showMaking('piped', '2');
      const reused = cost?.parts.find(({ relation }) => relation === 'reused');
      expect(reused).toMatchObject({ step: 'prepare', state: 'cached', cost: requireStep(first, 'prepare').cost });
      const prepared = Number(requireStep(first, 'prepare').cost?.amount);
      expect(Number(cost?.cost?.amount)).toBeCloseTo(Number(second.cost?.amount) + prepared, 9);
    });
  });
});
