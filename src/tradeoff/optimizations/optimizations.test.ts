import { writeFileSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { sent, settled } from '../../mlops/testing/serving.ts';
import { call } from '../../testing/application.ts';
import { listDecidedActs } from '../decisions/schema.ts';
import { getOptimization, type OptimizationState, proposeOptimization } from './schema.ts';
import { CHEAPER, type ClassifierModel, openTrial } from './trial-setup.testing.ts';

const MINUTE = 60_000;

async function openModels(models: readonly ClassifierModel[]) {
  const trial = await openTrial({ models });
  const { application, look } = trial;
  onTestFinished(() => application[Symbol.asyncDispose]());
  const shown = () => call(application, getOptimization, { params: { optimization: 'smaller' } });
  return {
    ...trial,
    shown,
    /** Repeats traffic until the state has ended: on a busy machine times vary, and a proof needs more of it. */
    async untilEnd(state: OptimizationState, traffic: () => Promise<void>) {
      for (let round = 0; round < 4 && (await shown()).state === state; round += 1) {
        await traffic();
        await look();
      }
    },
  };
}

it('keeps a cheaper version while quality holds, books the saving, and undoes it when quality falls', async () => {
  const { application, clock, drift, look, send, shown, untilEnd } = await openModels([
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
  const { application, clock, look, send, shown, untilEnd } = await openModels([
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
