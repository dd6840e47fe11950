import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { recordLabels } from '../../mlops/predictions/schema.ts';
import { getEndpoint } from '../../mlops/serving/schema.ts';
import { sent, settled } from '../../mlops/testing/serving.ts';
import { call, testApplication } from '../../testing/application.ts';
import { getOptimization, proposeOptimization } from './schema.ts';
import { CHEAPER, prepareTrial } from './trial-setup.testing.ts';

const MINUTE = 60_000;
const AT_ONCE = 12;

it('watches an error without bounds by copies when there is no hold-out, and undoes the change when it grows', async () => {
  const clock = { ahead: 0, now: () => Date.now() + clock.ahead };
  const drift = join(mkdtempSync(join(tmpdir(), 'steelyard-drift-')), 'error');
  await using application = await testApplication({ clock });
  const models = [
    { error: 0.5, delayMs: 6 },
    { error: 0.5, delayMs: 2, drifts: true },
  ];
  await prepareTrial(application, { kind: 'regressor', models, drift, replicas: 1 });
  let value = 0;
  const post = async (number: number) => {
    const headers = { 'x-user': `user-${number}` };
    const body = { inputs: [[number]] };
    const answer = await sent(application, 'POST', '/serve/e/invocations', body, 'application/json', headers);
    return { prediction: String(answer.headers['x-steelyard-prediction-id']), value: String(number) };
  };
  const send = async (count: number) => {
    const labels = [];
    for (let at = 0; at < count; at += AT_ONCE) {
      const numbers = Array.from({ length: Math.min(AT_ONCE, count - at) }, () => (value += 1));
      labels.push(...(await Promise.all(numbers.map(post))));
    }
    await call(application, recordLabels, { body: { model: 'm', labels } });
  };
  const countCopies = async () => (await call(application, getEndpoint, { params: { endpoint: 'e' } })).log.shadowKept;
  const look = async () => {
    // Copies are stored after the response.
    await expect.poll(countCopies, { timeout: 20_000, interval: 20 }).toBe(value);
    await application.jobs.enqueue(application.store, { kind: 'optimizations.look', payload: null });
    await application.jobs.drain();
    return call(application, getOptimization, { params: { optimization: 'smaller' } });
  };
  const spec = {
    ...CHEAPER,
    ...{ quality: [{ metric: 'mae', margin: 0.5 }], holdOut: 0 },
    guardrails: [{ metric: 'errorRate', margin: 0.2 }],
  };
  await call(application, proposeOptimization, { body: { optimization: 'smaller', spec: spec as never } });
  await look();
  await settled(application, 'e');
  for (let minute = 0; minute < 22; minute += 1) {
    clock.ahead += MINUTE;
    await send(AT_ONCE);
  }
  clock.ahead += 2 * MINUTE;
  expect(await look()).toMatchObject({
    state: 'watched',
    percent: 100,
    reason: expect.stringMatching(/main answers no client; copies of 100 % of the requests are compared/),
  });
  await settled(application, 'e');
  await send(210);
  clock.ahead += 7 * MINUTE;
  expect(await look()).toMatchObject({ state: 'watched', watch: { observations: 210, waitsFor: null } });
  writeFileSync(drift, '3');
  await send(110);

  clock.ahead += 7 * MINUTE;
  expect(await look()).toMatchObject({
    state: 'undone',
    percent: 0,
    reason: 'Undone: mae is worse by more than the margin since it was kept',
  });
  expect((await settled(application, 'e')).variants).toMatchObject([{ version: '1' }]);
}, 60_000);
