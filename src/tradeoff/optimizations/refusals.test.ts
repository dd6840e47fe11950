import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { recordUsage } from '../../finops/metering/schema.ts';
import { getEndpointMetrics } from '../../mlops/gateway/metrics/schema.ts';
import { deleteEndpoint, setEndpointTraffic } from '../../mlops/serving/schema.ts';
import { sent, settled } from '../../mlops/testing/serving.ts';
import { call, catchProblem, testApplication } from '../../testing/application.ts';
import { getOptimization, proposeOptimization, resumeOptimization, stopOptimization } from './schema.ts';
import { CHEAPER, prepareTrial } from './trial-setup.testing.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** An endpoint with a second version, on which changes are proposed. */
async function openEndpoint() {
  // Half past, so that no request is at a full hour.
  const clock = { ahead: HOUR / 2 - (Date.now() % HOUR), now: () => Date.now() + clock.ahead };
  const application = await testApplication({ clock });
  const drift = join(mkdtempSync(join(tmpdir(), 'steelyard-')), 'none');
  const model = { accuracy: 0.9, delayMs: 1 };
  await prepareTrial(application, { models: [model, model], drift, replicas: 1 });
  return {
    ...{ application, clock },
    propose: (optimization: string, spec: object = {}) =>
      call(application, proposeOptimization, { body: { optimization, spec: { ...CHEAPER, ...spec } as never } }),
    shown: (optimization: string) => call(application, getOptimization, { params: { optimization } }),
    async look() {
      await application.jobs.enqueue(application.store, { kind: 'optimizations.look', payload: null });
      await application.jobs.drain();
    },
    [Symbol.asyncDispose]: () => application[Symbol.asyncDispose](),
  };
}

it('a change that cannot be tried is refused with its reason, and a running one yields to people', async () => {
  await using room = await openEndpoint();
  const { application, clock, propose, shown, look } = room;
  const refused = (spec: object, name = 'wrong') => catchProblem(propose(name, spec));
  expect(await refused({ endpoint: 'nobody' })).toMatchObject({ code: 'endpoint_not_found' });
  expect(await refused({ change: { version: '1' } })).toMatchObject({ code: 'optimization_no_change' });
  expect(await refused({ change: {} })).toMatchObject({ code: 'optimization_no_change' });
  expect(await refused({ change: { toVariant: 'other' } })).toMatchObject({ code: 'optimization_invalid' });
  expect(await refused({ variant: 'other' })).toMatchObject({ code: 'optimization_invalid' });
  expect(await refused({ quality: [] })).toMatchObject({
    code: 'optimization_invalid',
    detail: expect.stringMatching(/at least one quality metric/),
  });
  expect(await refused({ quality: [{ metric: 'accuracy' }] })).toMatchObject({ code: 'invalid_request' });
  expect(await refused({ ramp: { percents: [50, 10] } })).toMatchObject({ code: 'invalid_request' });
  expect(await refused({ alpha: 0.9 })).toMatchObject({ code: 'invalid_request' });
  // One big replica costs 4.00 an hour, and five small ones 5.00, whatever the traffic is.
  expect(await refused({ change: { resources: { instance: 'small' }, replicas: { min: 5 } } })).toMatchObject({
    code: 'optimization_costs_more',
    detail: expect.stringMatching(/at least \$5 an hour after it, at most \$4 an hour before it/),
  });
  // Of three small replicas two would have half of the traffic.
  expect(
    await refused({ change: { resources: { instance: 'small' }, replicas: { min: 3 } }, quality: [] }),
  ).toMatchObject({
    code: 'optimization_invalid',
    detail: 'A replica of the candidate has 75 % of its load after the change: end spec.ramp.percents at 90.',
  });

  // A version that is deleted between proposal and start.
  await propose('missing', { change: { version: '9' } });
  await look();
  expect(await shown('missing')).toMatchObject({
    state: 'stopped',
    reason: expect.stringMatching(/no registered model "m" with version 9/),
  });

  // Two of one endpoint run one after the other.
  await propose('first');
  expect(await shown('first')).toMatchObject({
    expected: { monthly: { amount: '2190', currency: 'USD' }, reason: null },
    saving: { saved: null, monthly: null },
  });
  expect(await catchProblem(propose('first'))).toMatchObject({ code: 'optimization_exists' });
  await propose('second', { labelsWithin: '1h' });
  await look();
  expect(await shown('first')).toMatchObject({ state: 'running' });
  expect(await shown('second')).toMatchObject({
    state: 'proposed',
    waitsFor: expect.stringMatching(/first of the same endpoint comes first/),
  });
  await settled(application, 'e');

  // Traffic that stops, and labels that never come: nothing is proven, and the deadline ends it.
  await sent(application, 'POST', '/serve/e/invocations', { inputs: [[1]] });
  clock.ahead += 7 * DAY;
  await look();
  expect(await shown('first')).toMatchObject({ state: 'running', percent: 50 });
  clock.ahead += 8 * DAY;
  await look();
  expect(await shown('first')).toMatchObject({
    state: 'rolled_back',
    percent: 0,
    reason: expect.stringMatching(/not proven at the deadline/),
  });
  await settled(application, 'e');
  await look();
  expect(await shown('second')).toMatchObject({ state: 'running' });
  const running = await settled(application, 'e');

  // A person changes the endpoint: the optimization ends and leaves it as it is.
  await call(application, setEndpointTraffic, { params: { endpoint: 'e' }, body: { weights: { main: 100 } } });
  await look();
  expect(await shown('second')).toMatchObject({
    state: 'stopped',
    reason: expect.stringMatching(/was changed by others/),
  });
  const after = await settled(application, 'e');
  expect(after.newest.revision).toBe(running.newest.revision + 2);
  expect(after.variants.map(({ variant }) => variant)).toEqual(['main']);

  await call(application, resumeOptimization, { params: { optimization: 'first' }, body: {} });
  expect(
    await catchProblem(call(application, resumeOptimization, { params: { optimization: 'first' }, body: {} })),
  ).toMatchObject({ code: 'optimization_not_ended' });
  const stopped = await call(application, stopOptimization, {
    params: { optimization: 'first' },
    body: { reason: 'not now' },
  });
  expect(stopped).toMatchObject({ state: 'stopped', reason: expect.stringMatching(/not now/) });
  expect(
    await catchProblem(call(application, stopOptimization, { params: { optimization: 'first' }, body: {} })),
  ).toMatchObject({ code: 'optimization_ended' });

  await propose('last');
  await look();
  await call(application, deleteEndpoint, { params: { endpoint: 'e' } });
  await look();
  expect(await shown('last')).toMatchObject({ state: 'stopped', reason: 'Endpoint "e" was deleted' });
}, 60_000);

it('expects a saving from recorded requests and a benchmark, and lives through a clock that jumps', async () => {
  await using room = await openEndpoint();
  const { application, clock, propose, shown } = room;
  for (let value = 0; value < 5; value += 1) await sent(application, 'POST', '/serve/e/invocations', { inputs: [[1]] });
  // Its answer includes all counts until now.
  await call(application, getEndpointMetrics, { params: { endpoint: 'e' }, query: {} });
  clock.ahead += 2 * HOUR;
  const replicas = { min: 1, max: 4 };
  const spec = { change: { resources: { instance: 'small' }, replicas, scaling: { policy: 'hpa' } }, quality: [] };
  await propose('unmeasured', spec);
  expect((await shown('unmeasured')).expected).toMatchObject({
    monthly: null,
    requestsPerHour: 5,
    reason: expect.stringMatching(/record a benchmark/),
  });

  const at = clock.now();
  const usage = {
    ...{ usage: 'benchmark', subject: { model: 'm', modelVersion: '1', purpose: 'inference' as const } },
    ...{ resource: 'small', quantity: '1', predictions: 10, origin: 'test' },
    period: { start: new Date(at - 20_000).toISOString(), end: new Date(at).toISOString() },
  };
  await call(application, recordUsage, { body: { intervals: [usage] } });
  await propose('measured', spec);
  // Five requests of 2 s an hour need the minimum of one replica, at 1.00 instead of 4.00.
  expect((await shown('measured')).expected).toMatchObject({
    monthly: { amount: '2190', currency: 'USD' },
    requestsPerHour: 5,
    reason: null,
  });

  // A clock that jumps back decides nothing, and looks continue when it returns.
  await room.look();
  const before = await shown('unmeasured');
  expect(before.state).toBe('running');
  clock.ahead -= 3 * HOUR;
  await room.look();
  expect(await shown('unmeasured')).toMatchObject({
    state: 'running',
    startedAt: before.startedAt,
    percent: before.percent,
  });
  clock.ahead += 3 * HOUR;
  await room.look();
  expect(await shown('unmeasured')).toMatchObject({ state: 'running', timeline: before.timeline });
}, 60_000);
