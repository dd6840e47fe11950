import { expect, it } from 'vitest';
import { recordUsage } from '../../../finops/metering/schema.ts';
import { importHolders, importSamples, samplesText } from '../../../finops/testing/gpus.ts';
import { applied } from '../../../mlops/testing/pipelines.ts';
import { sent } from '../../../mlops/testing/serving.ts';
import { call, catchProblem, testApplication } from '../../../testing/application.ts';
import {
  applyRecommendation,
  findRecommendations,
  getRecommendation,
  listRecommendations,
  recommendationHandling,
  undoRecommendation,
} from '../schema.ts';

const GIB = 1024 ** 3;
const READINGS = 4 * 60;
const of = (value: number) => Array.from({ length: READINGS }, () => value);

it('reads what GPUs bear, and says on how few of them it fits, to be done by hand', async () => {
  const clock = { now: () => Date.parse('2025-11-02T00:30:00Z') };
  await using application = await testApplication({ clock });
  const priced = { price: { amount: '2', currency: 'USD' }, resource: 'gpu:H100' };
  // Two whole, and three that a third of a card would do for; one of them had a burst in one reading of twenty at most.
  const burst = of(20).map((value, index) => (index % 40 === 0 ? 100 : value));
  await importSamples(application, samplesText({ a: of(90), b: of(95), c: of(20), d: burst, e: of(5) }), priced);
  const memory = { a: of(60 * GIB), b: of(60 * GIB), c: of(8 * GIB), d: of(8 * GIB), e: of(4 * GIB) };
  await importSamples(application, samplesText(memory), { ...priced, metric: 'memory', unit: 'bytes' });
  await importSamples(application, samplesText({ x: of(0), y: of(0) }), { name: 'unnamed.csv' });

  const { searched } = await call(application, findRecommendations, { body: {} });
  const share = searched.find(({ kind }) => kind === 'gpu_share');
  expect(share).toMatchObject({
    found: 1,
    reason: expect.stringContaining('the model of 2 GPUs: import their readings with --resource'),
  });
  const [one] = (await call(application, listRecommendations)).recommendations;
  expect(one).toMatchObject({
    title: 'Consolidate 5 H100s onto 3 (MIG)',
    saving: { monthly: { amount: '2920', currency: 'USD' }, cost: { amount: '7300', currency: 'USD' } },
    confidence: { level: 'low', coverageRatio: 1 },
    action: { type: 'by_hand' },
  });
  const params = { recommendation: one?.recommendation ?? '' };
  const { evidence } = await call(application, getRecommendation, { params });
  expect(evidence.figures).toContainEqual({ name: 'lower bound of GPUs', value: '3' });
  expect(evidence.figures).toContainEqual({ name: 'd', value: 'P95 20 %, 8.0 GiB peak' });

  // A GPU without load and memory is idle: a separate action.
  await importSamples(application, samplesText({ y: of(0), z: of(100) }), { ...priced, resource: 'gpu:A100-80GB' });
  const held = samplesText({ y: of(4 * 1024 ** 2), z: of(70 * GIB) });
  await importSamples(application, held, { ...priced, metric: 'memory', unit: 'bytes' });
  await call(application, findRecommendations, { body: {} });
  const { recommendations: open, totals } = await call(application, listRecommendations);
  const idle = open.find(({ kind }) => kind === 'return_gpu');
  expect(idle).toMatchObject({
    title: 'Return y: idle 4 hours',
    risk: { level: 'low' },
    saving: { monthly: { amount: '1460' } },
    ...{ counted: { amount: '1460' }, prices: ['gpu:A100-80GB at $2 an hour'], assigned: null },
    action: { type: 'by_hand', commands: ['return y'] },
  });
  expect(totals).toMatchObject([{ saving: { monthly: { amount: '4380' } } }]);

  // Marked as done in one step, it is not found again by the readings of before; undone, it is open again.
  const returned = { recommendation: idle?.recommendation ?? '' };
  const body = { isDryRun: false, isDone: true };
  const done = await call(application, applyRecommendation, { params: returned, body });
  expect(done.recommendation).toMatchObject({ state: 'applied', applied: { by: 'local' } });
  const listOpen = async () => {
    await call(application, findRecommendations, { body: {} });
    return (await call(application, listRecommendations)).recommendations.map(({ kind }) => kind);
  };
  expect(await listOpen()).toEqual(['gpu_share']);
  const undone = await call(application, undoRecommendation, { params: returned, body: { reason: 'still there' } });
  expect(undone).toMatchObject({ state: 'open', applied: null, approved: null });
  expect(undone.timeline.at(-1)).toMatchObject({ step: 'undone', text: 'Marked as not done: still there' });
  expect(await listOpen()).toEqual(['gpu_share', 'return_gpu']);

  const apply = () => call(application, applyRecommendation, { params, body: { isDryRun: false } });
  expect((await apply()).recommendation).toMatchObject({ state: 'approved', applied: null });
  expect((await apply()).recommendation).toMatchObject({ state: 'applied', approved: { by: 'local' } });
});

it('counts a GPU once that a run holds which would be stopped, and that sharing would give back', async () => {
  const now = Date.parse('2025-11-02T00:30:00Z');
  await using application = await testApplication({ clock: { now: () => now } });
  await applied(
    application,
    "{apiVersion: steelyard/v1, kind: PriceBook, metadata: {name: own}, spec: {currency: USD, source: a list, prices: [{resource: 'gpu:H100', perHour: '2', effectiveFrom: 2025-01-01}]}}",
  );
  const priced = { resource: 'gpu:H100' };
  await importSamples(application, samplesText({ a: of(30), b: of(20), c: of(5) }), priced);
  const memory = samplesText({ a: of(30 * GIB), b: of(8 * GIB), c: of(4 * GIB) });
  await importSamples(application, memory, { ...priced, metric: 'memory', unit: 'bytes', name: 'memory.csv' });
  const created = await sent(application, 'POST', '/api/2.0/mlflow/runs/create', {
    experiment_id: '0',
    run_name: 'idle',
  });
  const { run_id: run } = created.json().run.info;
  const metrics = Array.from({ length: 40 }, (_, minute) => ({
    ...{ key: 'system/gpu_0_utilization_percentage', value: 0, step: minute },
    timestamp: now - (39 - minute) * 60_000,
  }));
  await sent(application, 'POST', '/api/2.0/mlflow/runs/log-batch', { run_id: run, metrics });
  const usage = {
    ...{ usage: 'run', subject: { run, purpose: 'training' as const }, quantity: '1', origin: 'test', ...priced },
    period: { start: '2025-11-01T23:30:00Z', end: '2025-11-02T00:30:00Z' },
  };
  await call(application, recordUsage, { body: { intervals: [usage] } });
  const looked = async (holders: string) => {
    await importHolders(application, holders, ['run']);
    await call(application, findRecommendations, { body: {} });
    const { recommendations, totals } = await call(application, listRecommendations);
    const byKind = new Map(recommendations.map((one) => [one.kind, one]));
    const [total] = totals;
    const amounts = [byKind.get('gpu_share'), byKind.get('stop_run')].map((one) => one?.saving.monthly?.amount);
    return { amounts, total, stop: byKind.get('stop_run')?.recommendation };
  };
  // No holder of the GPUs is declared: as far as known they are four.
  const apart = await looked('gpu,start,end,run\na,2025-11-01T00:00:00Z,2025-11-01T01:00:00Z,\n');
  expect(apart.amounts).toEqual(['2920', '1460']);
  expect(apart.total).toMatchObject({ saving: { monthly: { amount: '4380' }, cost: { amount: '5840' } } });
  // It holds c, which sharing gives back: it is one of three.
  const same = await looked(`gpu,start,end,run\nc,2025-11-01T00:00:00Z,,${run}\n`);
  expect(same.amounts).toEqual(['2920', '1460']);
  expect(same.total).toMatchObject({
    ...{ saving: { monthly: { amount: '2920' }, cost: { amount: '4380' } }, sumOfAlone: { amount: '4380' } },
    leftOut: [],
  });
});

it('has an owner and a state of the work, with undo', async () => {
  const clock = { now: () => Date.parse('2025-11-02T00:30:00Z') };
  await using application = await testApplication({ clock });
  const priced = { price: { amount: '2', currency: 'USD' }, resource: 'gpu:H100' };
  await importSamples(application, samplesText({ a: of(0) }), priced);
  await importSamples(application, samplesText({ a: of(0) }), { ...priced, metric: 'memory', unit: 'bytes' });
  await call(application, findRecommendations, { body: {} });
  const list = async () => (await call(application, listRecommendations)).recommendations[0];
  const params = { recommendation: (await list())?.recommendation ?? '' };
  const assign = (body: Parameters<typeof recommendationHandling.assign.body.parse>[0] & object) =>
    call(application, recommendationHandling.assign, { params, body });
  await assign({ to: { kind: 'account', name: 'ada' }, comment: 'before Friday', state: 'in_progress' });
  expect(await list()).toMatchObject({
    assigned: { to: { kind: 'account', name: 'ada' }, by: 'local', comment: 'before Friday' },
    work: { state: 'in_progress' },
  });
  await assign({ to: { kind: 'team', name: 'search' } });
  expect(await list()).toMatchObject({ assigned: { to: { name: 'search' } }, work: { state: 'in_progress' } });
  const undone = await call(application, recommendationHandling.undo, { params, body: {} });
  expect(undone).toMatchObject({ assigned: { to: { name: 'ada' } }, work: { state: 'in_progress' } });
  expect(undone.steps.map(({ isUndo }) => isUndo)).toEqual([false, false, true]);
  expect((await catchProblem(assign({ state: 'done' }))).code).toBe('invalid_request');
  expect((await catchProblem(assign({ state: 'dismissed' }))).code).toBe('invalid_request');
});
