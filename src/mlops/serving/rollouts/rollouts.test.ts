import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Application } from '../../../main.ts';
import { call, catchProblem, testApplication } from '../../../testing/application.ts';
import { sharedApplication } from '../../../testing/shared.ts';
import { applied } from '../../testing/pipelines.ts';
import { appliedEndpoint, registeredFiles, sent, settled } from '../../testing/serving.ts';
import { getEndpoint, rollBackEndpoint } from '../schema.ts';
import { abortEndpoint, getEndpointRollout, promoteEndpoint } from './schema.ts';

const program = join(import.meta.dirname, '../model-server.testing.ts');
const WAIT = { timeout: 80_000, interval: 50 };
const STEPS = [
  { weight: 30, for: '200ms' },
  { weight: 60, for: '200ms' },
];

const spec = (version: string, behaviour = 'good', rollout: object = {}) => ({
  variants: {
    main: {
      model: 'm',
      version,
      backend: 'process',
      process: { protocol: 'mlflow', command: [process.execPath, program, '{port}', 'mlflow', behaviour] },
    },
  },
  rollout: { strategy: 'canary', steps: STEPS, ...rollout },
});

async function registered(application: Application): Promise<void> {
  for (const name of ['a', 'b', 'c']) await registeredFiles(application, 'm', { [name]: name });
}

async function newRevision(application: Application, name: string, what: object): Promise<void> {
  const document = { apiVersion: 'steelyard/v1', kind: 'Endpoint', metadata: { name }, spec: what };
  await applied(application, JSON.stringify(document));
}

const readRollout = async (application: Application, endpoint: string) =>
  (await call(application, getEndpointRollout, { params: { endpoint } })).rollout;
const predicted = (application: Application, endpoint: string, headers = {}) =>
  sent(application, 'POST', `/serve/${endpoint}/invocations`, { inputs: [[1, 2, 3]] }, 'application/json', headers);
const readServedVersion = async (application: Application, endpoint: string, headers = {}) =>
  (await predicted(application, endpoint, headers)).headers['x-steelyard-model-version'];

/** Sends requests without a pause until the rollout is over; returns the statuses by version. */
async function sendUntilOver(application: Application, endpoint: string, atOnce = 4): Promise<Set<string>> {
  const seen = new Set<string>();
  for (;;) {
    const answers = await Promise.all(Array.from({ length: atOnce }, () => predicted(application, endpoint)));
    for (const { statusCode, headers } of answers) seen.add(`${headers['x-steelyard-model-version']}: ${statusCode}`);
    const { state } = await call(application, getEndpoint, { params: { endpoint } });
    if (state !== 'rolling-out') return seen;
    await setImmediate();
  }
}

const shared = await sharedApplication();
await registered(shared);

describe('a canary', () => {
  const application = shared;

  it('that is no worse gets the traffic step by step, and then all', async () => {
    await appliedEndpoint(application, 'good', spec('1'));
    expect(await readRollout(application, 'good')).toBeNull();
    await newRevision(application, 'good', spec('2'));
    expect(await sendUntilOver(application, 'good')).toEqual(new Set(['1: 200', '2: 200']));
    expect(await readRollout(application, 'good')).toMatchObject({
      revision: 2,
      strategy: 'canary',
      state: 'promoted',
      weight: 100,
      reason: 'no step showed it to be worse',
      stepUntil: null,
    });
    expect(await readServedVersion(application, 'good')).toBe('2');
  });

  it('that fails is rolled back by itself, with the reason', async () => {
    await appliedEndpoint(application, 'failing', spec('1'));
    await newRevision(application, 'failing', spec('2', 'fails', { steps: [{ weight: 50, for: '1h' }] }));
    await sendUntilOver(application, 'failing');
    const { state, newest, live } = await call(application, getEndpoint, { params: { endpoint: 'failing' } });
    const reason = expect.stringMatching(/^its error rate is higher: 100.0 % of \d+ against 0.0 % of \d+/);
    expect([state, newest, live]).toMatchObject(['failed', { state: 'failed', reason }, { revision: 1 }]);
    expect(await readRollout(application, 'failing')).toMatchObject({ state: 'aborted', weight: 0, reason });
    expect((await predicted(application, 'failing')).statusCode).toBe(200);
  });

  it('that is slow is rolled back by itself', async () => {
    await appliedEndpoint(application, 'slow', spec('1'));
    // A busy machine makes both slow by the same, and so leaves less of the ratio.
    const rollout = { steps: [{ weight: 25, for: '1h' }], abortOn: { latencyP95: 1.2 } };
    await newRevision(application, 'slow', spec('2', 'is slow', rollout));
    await sendUntilOver(application, 'slow', 32);
    expect(await readRollout(application, 'slow')).toMatchObject({
      state: 'aborted',
      reason: expect.stringMatching(/^it is slower: p95 \d+ ms against \d+ ms/),
    });
  });

  it('has its share and nothing more, is found by its version, and waits for answers', async () => {
    await appliedEndpoint(application, 'split', spec('1'));
    await newRevision(application, 'split', spec('2', 'good', { steps: [{ weight: 20, for: '1ms' }], requests: 500 }));
    await expect.poll(() => readRollout(application, 'split'), WAIT).toMatchObject({ state: 'running', weight: 20 });
    const versions = await Promise.all(Array.from({ length: 300 }, () => readServedVersion(application, 'split')));
    const share = versions.filter((version) => version === '2').length / 300;
    expect(share).toBeGreaterThan(0.1);
    expect(share).toBeLessThan(0.3);
    const named = await sent(application, 'POST', '/serve/split/v1/models/m/versions/2:predict', {
      instances: [[1, 2, 3]],
    });
    expect(named.headers['x-steelyard-model-version']).toBe('2');
    const rollout = await readRollout(application, 'split');
    expect(rollout).toMatchObject({ step: 1, steps: 1, live: { errors: 0 }, canary: { errors: 0, errorRateLow: 0 } });
    expect(rollout?.reason).toMatch(/^the canary has \d+ of 500 required responses$/);
    const { variants, canary } = await call(application, getEndpoint, { params: { endpoint: 'split' } });
    expect([variants, canary]).toMatchObject([
      [{ version: '1', weight: 0.8, replicasReady: 1 }],
      [{ version: '2', weight: 0.2, replicasReady: 1 }],
    ]);
    // Of the 300 and the one that named its version.
    expect((variants[0]?.answered ?? 0) + (canary[0]?.answered ?? 0)).toBeGreaterThanOrEqual(301);
  });

  it('with little traffic waits, and then goes on unproven, is given back, or is held until there is more', async () => {
    const steps = [{ weight: 50, for: '1ms' }];
    const begin = async (name: string, onLittleTraffic?: string) => {
      await appliedEndpoint(application, name, spec('1'));
      const little = onLittleTraffic === undefined ? {} : { onLittleTraffic };
      await newRevision(application, name, spec('2', 'good', { steps, waitForTraffic: '1ms', ...little }));
    };
    await begin('little-on', 'promote');
    await expect
      .poll(() => readRollout(application, 'little-on'), WAIT)
      .toMatchObject({
        state: 'promoted',
        reason: 'it was not proven worse: step 1 had 0 of 20 required responses',
      });
    await begin('little-back', 'abort');
    const reason = 'too little traffic: step 1 had 0 of 20 required responses';
    await expect.poll(() => readRollout(application, 'little-back'), WAIT).toMatchObject({ state: 'aborted', reason });
    expect(await settled(application, 'little-back')).toMatchObject({ live: { revision: 1 }, newest: { reason } });
    await begin('little-held');
    await expect
      .poll(async () => (await readRollout(application, 'little-held'))?.reason, WAIT)
      .toMatch(/^held: the canary has 0 of 20/);

    expect(await readRollout(application, 'little-held')).toMatchObject({ state: 'running', step: 1 });
    await sendUntilOver(application, 'little-held');
    expect(await readRollout(application, 'little-held')).toMatchObject({
      state: 'promoted',
      reason: 'no step showed it to be worse',
    });
  });

  it('is promoted and aborted by hand, and gone once it is over', async () => {
    const params = { endpoint: 'by-hand' };
    await appliedEndpoint(application, 'by-hand', spec('1'));
    expect(await catchProblem(call(application, promoteEndpoint, { params }))).toMatchObject({
      code: 'endpoint_rollout_not_found',
    });
    const slowly = { steps: [{ weight: 1, for: '1h' }] };
    await newRevision(application, 'by-hand', spec('2', 'good', slowly));
    await expect.poll(() => readRollout(application, 'by-hand'), WAIT).toMatchObject({ state: 'running' });
    expect((await call(application, abortEndpoint, { params })).rollout).toMatchObject({ state: 'aborted' });
    const aborted = await settled(application, 'by-hand');
    expect(aborted.newest).toMatchObject({ revision: 2, state: 'failed', reason: 'aborted by local' });
    expect(await catchProblem(call(application, abortEndpoint, { params }))).toMatchObject({
      code: 'endpoint_rollout_not_found',
    });
    await newRevision(application, 'by-hand', spec('3', 'good', slowly));
    await expect.poll(() => readRollout(application, 'by-hand'), WAIT).toMatchObject({ state: 'running', revision: 3 });
    await call(application, promoteEndpoint, { params });
    expect((await settled(application, 'by-hand')).live).toMatchObject({ revision: 3, versions: { main: '3' } });
    expect(await readRollout(application, 'by-hand')).toMatchObject({ state: 'promoted', reason: 'promoted by local' });
  });

  it('ends when another revision comes; a rollback is instant', async () => {
    const slowly = { steps: [{ weight: 50, for: '1h' }] };
    await appliedEndpoint(application, 'next', spec('1'));
    await newRevision(application, 'next', spec('2', 'good', slowly));
    await expect.poll(() => readRollout(application, 'next'), WAIT).toMatchObject({ state: 'running' });
    await newRevision(application, 'next', spec('3', 'good', { strategy: 'instant' }));
    expect((await settled(application, 'next')).live).toMatchObject({ revision: 3 });
    expect(await readRollout(application, 'next')).toMatchObject({ revision: 2, state: 'aborted' });
    await call(application, rollBackEndpoint, { params: { endpoint: 'next' }, body: { revision: 1 } });
    expect((await settled(application, 'next')).live).toMatchObject({ revision: 4, versions: { main: '1' } });
    expect(
      new Set(await Promise.all(Array.from({ length: 20 }, () => readServedVersion(application, 'next')))),
    ).toEqual(new Set(['1']));
  });
});

it('a canary goes on where it was when the server is started again', async () => {
  const data = mkdtempSync(join(tmpdir(), 'steelyard-'));
  const steps = [
    { weight: 40, for: '1ms' },
    { weight: 60, for: '1h' },
  ];
  {
    await using application = await testApplication({}, { data });
    await registered(application);
    await appliedEndpoint(application, 'e', spec('1'));
    await newRevision(application, 'e', spec('2', 'good', { steps, requests: 0 }));
    await expect
      .poll(() => readRollout(application, 'e'), WAIT)
      .toMatchObject({ state: 'running', step: 2, weight: 60 });
  }
  await using application = await testApplication({}, { data });
  await expect.poll(async () => (await readRollout(application, 'e'))?.canary, WAIT).not.toBeNull();
  expect(await readRollout(application, 'e')).toMatchObject({ state: 'running', step: 2, weight: 60 });
  const versions = await Promise.all(Array.from({ length: 100 }, () => readServedVersion(application, 'e')));
  expect(new Set(versions)).toEqual(new Set(['1', '2']));
  await call(application, promoteEndpoint, { params: { endpoint: 'e' } });
  expect((await settled(application, 'e')).live).toMatchObject({ revision: 2 });
});

it('blue and green are both whole: one swap forth, and one back', async () => {
  const application = shared;
  const both = (version: string) => {
    const { variants } = spec(version);
    const main = { ...variants.main, replicas: { min: 2 } };
    return { variants: { main }, rollout: { strategy: 'blueGreen', keepFor: '1h' }, keepPrevious: '0s' };
  };
  await appliedEndpoint(application, 'both', both('1'));
  const forth = await appliedEndpoint(application, 'both', both('2'));
  expect(forth).toMatchObject({ live: { revision: 2 }, variants: [{ version: '2', replicasReady: 2 }] });
  await call(application, rollBackEndpoint, { params: { endpoint: 'both' }, body: {} });
  const back = await settled(application, 'both');
  // The same replicas: they have answered nothing since, and none was started.
  expect(back).toMatchObject({ live: { revision: 3, versions: { main: '1' } }, variants: [{ replicasReady: 2 }] });
  expect(await readServedVersion(application, 'both')).toBe('1');
});
