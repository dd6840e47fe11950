import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { Application } from '../../main.ts';
import { recordLabels } from '../../mlops/predictions/schema.ts';
import { sent, settled } from '../../mlops/testing/serving.ts';
import { call, testApplication } from '../../testing/application.ts';
import { listDecidedActs } from '../decisions/schema.ts';
import { getOptimization, type OptimizationState, proposeOptimization } from './schema.ts';
import { CHEAPER, type ClassifierModel, labelOf, prepareTrial } from './trial-setup.testing.ts';

const MINUTE = 60_000;

/** An endpoint with a clock that tests advance. */
async function openTrial(models: readonly ClassifierModel[]) {
  const clock = { ahead: 0, now: () => Date.now() + clock.ahead };
  const drift = join(mkdtempSync(join(tmpdir(), 'steelyard-drift-')), 'accuracy');
  const application = await testApplication({ clock });
  onTestFinished(() => application[Symbol.asyncDispose]());
  await prepareTrial(application, { models, drift });
  let sentCount = 0;
  const look = async () => {
    await application.jobs.enqueue(application.store, { kind: 'optimizations.look', payload: null });
    await application.jobs.drain();
  };
  const shown = () => call(application, getOptimization, { params: { optimization: 'smaller' } });
  return {
    ...{ application, clock, drift, look, shown },
    /** Repeats traffic until the state has ended: on a busy machine times vary, and a proof needs more of it. */
    async untilEnd(state: OptimizationState, traffic: () => Promise<void>) {
      for (let round = 0; round < 4 && (await shown()).state === state; round += 1) {
        await traffic();
        await look();
      }
    },
    async send(count: number, userOf = (value: number) => `user-${value % 500}`) {
      const labels: { prediction: string; value: string }[] = [];
      for (let at = 0; at < count; at += 20) {
        const answers = await Promise.all(
          Array.from({ length: Math.min(20, count - at) }, () => {
            sentCount += 1;
            return post(application, sentCount, userOf(sentCount));
          }),
        );
        labels.push(...answers);
      }
      await call(application, recordLabels, { body: { model: 'm', labels } });
    },
  };
}

async function post(application: Application, value: number, user: string) {
  const headers = { 'x-user': user };
  const answer = await sent(
    application,
    'POST',
    '/serve/e/invocations',
    { inputs: [[value]] },
    'application/json',
    headers,
  );
  if (answer.statusCode !== 200) throw new Error(answer.body);
  return {
    prediction: String(answer.headers['x-steelyard-prediction-id']),
    value: labelOf(value),
  };
}

it('keeps a cheaper version while quality holds, books the saving, and undoes it when quality falls', async () => {
  const { application, clock, drift, look, send, shown, untilEnd } = await openTrial([
    { accuracy: 0.9, delayMs: 4 },
    { accuracy: 0.9, delayMs: 2, drifts: true },
  ]);
  await call(application, proposeOptimization, { body: { optimization: 'smaller', spec: CHEAPER as never } });
  await look();
  expect(await shown()).toMatchObject({ state: 'running', percent: 50 });
  await settled(application, 'e');
  await untilEnd('running', async () => {
    for (let minute = 0; minute < 10; minute += 1) {
      clock.ahead += MINUTE;
      await send(60);
    }
    clock.ahead += 2 * MINUTE;
  });
  expect(await shown()).toMatchObject({
    state: 'watched',
    percent: 70,
    checks: [{ verdict: 'passes' }, { verdict: 'passes' }, { verdict: 'passes' }],
  });
  writeFileSync(drift, '0.4');
  await untilEnd('watched', async () => {
    clock.ahead += 60 * MINUTE;
    await send(400);
    clock.ahead += 7 * MINUTE;
  });
  expect(await shown()).toMatchObject({ state: 'undone', percent: 0 });
  const endpoint = await settled(application, 'e');
  expect(endpoint.variants).toMatchObject([{ version: '1' }]);
  const { acts } = await call(application, listDecidedActs, { query: { about: 'optimization:smaller' } });
  expect(acts.map(({ evidence }) => evidence.step)).toEqual(['undone', 'kept', 'started']);
}, 120_000);

it('is proven with callers of very different traffic, and after the watch the candidate replaces the baseline', async () => {
  const { application, clock, look, send, shown, untilEnd } = await openTrial([
    { accuracy: 0.9, delayMs: 4 },
    { accuracy: 0.9, delayMs: 2 },
  ]);
  const spec = { ...CHEAPER, watch: { ...CHEAPER.watch, for: '30m' } };
  await call(application, proposeOptimization, { body: { optimization: 'smaller', spec: spec as never } });
  await look();
  await settled(application, 'e');
  await untilEnd('running', async () => {
    for (let minute = 0; minute < 10; minute += 1) {
      clock.ahead += MINUTE;
      // One caller has a third of all requests, which are always of one arm.
      await send(60, (value) => (value % 3 === 0 ? 'heavy' : `user-${value}`));
    }
    clock.ahead += 2 * MINUTE;
  });
  expect(await shown()).toMatchObject({ state: 'watched', percent: 70 });
  await settled(application, 'e');
  await send(60);
  clock.ahead += 31 * MINUTE;
  await look();
  expect(await shown()).toMatchObject({
    state: 'closed',
    reason: expect.stringMatching(/no alarm in \d+ observations/),
  });
  const { variants } = await settled(application, 'e');
  expect(variants).toMatchObject([{ variant: 'main', version: '2', weight: 1 }]);
  const answer = await sent(application, 'POST', '/serve/e/invocations', { inputs: [[1]] });
  expect(answer.headers['x-steelyard-model-version']).toBe('2');
}, 120_000);
