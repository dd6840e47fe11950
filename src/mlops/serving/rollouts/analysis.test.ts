import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Application } from '../../../main.ts';
import { call, testApplication } from '../../../testing/application.ts';
import { sharedApplication } from '../../../testing/shared.ts';
import { recordLabels, recordPredictions } from '../../predictions/schema.ts';
import { applied } from '../../testing/pipelines.ts';
import { appliedEndpoint, registeredFiles, sent, settled } from '../../testing/serving.ts';
import { getEndpoint } from '../schema.ts';
import { getEndpointRollout, promoteEndpoint } from './schema.ts';

const program = join(import.meta.dirname, '../model-server.testing.ts');
const WAIT = { timeout: 80_000, interval: 50 };
const HALF = [{ weight: 50, for: '1ms' }];
const HOUR = [{ weight: 50, for: '1h' }];
const loose = { metric: 'errorRate', margin: 0.3 };
const strict = { metric: 'errorRate', margin: 0.001 };

const spec = (version: string, behaviour = 'good', rollout: object = {}) => ({
  variants: {
    main: {
      model: 'm',
      version,
      backend: 'process',
      process: { protocol: 'mlflow', command: [process.execPath, program, '{port}', 'mlflow', behaviour] },
    },
  },
  rollout: { strategy: 'canary', steps: HALF, ...rollout },
});

async function registered(application: Application): Promise<void> {
  for (const name of ['a', 'b']) await registeredFiles(application, 'm', { [name]: name });
}

/** Begins a canary of version 2 of a new endpoint. */
async function beginCanary(
  application: Application,
  name: string,
  analysis: object,
  behaviour = 'good',
  rollout: object = {},
) {
  await appliedEndpoint(application, name, spec('1'));
  const next = spec('2', behaviour, { analysis, ...rollout });
  await applied(
    application,
    JSON.stringify({ apiVersion: 'steelyard/v1', kind: 'Endpoint', metadata: { name }, spec: next }),
  );
}

const readRollout = async (application: Application, endpoint: string) =>
  (await call(application, getEndpointRollout, { params: { endpoint } })).rollout;

async function sendUntil(application: Application, endpoint: string, isReached: () => Promise<boolean>): Promise<void> {
  while (!(await isReached())) {
    await Promise.all(
      Array.from({ length: 8 }, () =>
        sent(application, 'POST', `/serve/${endpoint}/invocations`, { inputs: [[1, 2, 3]] }),
      ),
    );
    await setImmediate();
  }
}

/** Records 1,000 labelled predictions of each version now, with this share of right ones. */
async function recordOutcomes(application: Application, endpoint: string, accuracies: Record<string, number>) {
  const rows = Object.entries(accuracies).flatMap(([modelVersion, accuracy]) =>
    Array.from({ length: 1_000 }, (_, at) => ({ modelVersion, at, isRight: at < 1_000 * accuracy })),
  );
  const predictions = rows.map(({ modelVersion, at }) => ({
    ...{ prediction: `${endpoint}-${modelVersion}-${at}`, model: 'm', modelVersion, endpoint },
    output: 'yes',
  }));
  await call(application, recordPredictions, { body: { predictions } });
  const labels = rows.map(({ isRight }, place) => ({
    prediction: predictions[place]?.prediction ?? '',
    value: isRight ? 'yes' : 'no',
  }));
  await call(application, recordLabels, { body: { model: 'm', labels } });
}

const sendUntilOver = (application: Application, endpoint: string) =>
  sendUntil(application, endpoint, async () => {
    const { state } = await call(application, getEndpoint, { params: { endpoint } });
    return state !== 'rolling-out';
  });

const shared = await sharedApplication();
await registered(shared);

describe('a canary with analysis', () => {
  it('is promoted when all checks pass, with their intervals', async () => {
    const steps = [{ weight: 30, for: '1ms' }, ...HALF];
    await beginCanary(shared, 'proven', { checks: [loose] }, 'good', { steps });
    await sendUntilOver(shared, 'proven');
    const rollout = await readRollout(shared, 'proven');
    expect(rollout).toMatchObject({
      state: 'promoted',
      weight: 100,
      reason: expect.stringMatching(
        /^all checks pass: errorRate 0 points \(-[\d.]+ points to [\d.]+ points, limit 30 points, n \d+\)$/,
      ),
      checks: [{ name: 'errorRate', verdict: 'passes', estimate: 0, limit: 0.3 }],
    });
    expect(rollout?.checks[0]?.upper).toBeLessThan(0.3);
  });

  it('is rolled back when harm is shown', async () => {
    await beginCanary(shared, 'harmful', { checks: [loose] }, 'fails', { steps: HOUR });
    await sendUntilOver(shared, 'harmful');
    expect(await readRollout(shared, 'harmful')).toMatchObject({
      state: 'aborted',
      reason: expect.stringMatching(/^it is shown to be worse: errorRate 100 points/),
      checks: [{ verdict: 'fails', estimate: 1 }],
    });
  });

  it('without proof at the deadline is rolled back, and the reason names the open checks', async () => {
    const quality = { metric: 'quality', margin: 0.01, matureAfter: '0s' };
    await beginCanary(shared, 'unproven', { checks: [strict, quality], deadline: '1s' });
    await sendUntilOver(shared, 'unproven');
    const rollout = await readRollout(shared, 'unproven');
    expect(rollout).toMatchObject({
      state: 'aborted',
      checks: [{ verdict: 'inconclusive' }, { verdict: 'inconclusive' }],
    });
    expect(rollout?.reason).toMatch(
      /^not proven at the deadline: errorRate 0 points \(.*, limit 0\.1 points, n \d+, needs \d+ more a side, about .*\); quality unknown \(No monitor of model "m"/,
    );
    expect((await settled(shared, 'unproven')).live).toMatchObject({ revision: 1 });
  });

  it('without proof at the deadline stays at its share where the spec says so, until a user decides', async () => {
    await beginCanary(shared, 'stays', { checks: [strict], deadline: '1ms', atDeadline: 'stay' });
    await expect
      .poll(async () => (await readRollout(shared, 'stays'))?.reason, WAIT)
      .toMatch(/^held: errorRate .*it waits for a promotion or abort$/);
    expect(await readRollout(shared, 'stays')).toMatchObject({ state: 'running', weight: 50 });
    await call(shared, promoteEndpoint, { params: { endpoint: 'stays' } });
    expect((await settled(shared, 'stays')).live).toMatchObject({ revision: 2 });
  });

  it('of a less accurate version is rolled back on the labels of the predictions of its step', async () => {
    const monitor = { model: 'm', quality: { kind: 'classification' } };
    const document = { apiVersion: 'steelyard/v1', kind: 'Monitor', metadata: { name: 'm' }, spec: monitor };
    await applied(shared, JSON.stringify(document));
    const quality = { metric: 'quality', name: 'accuracy', margin: 0.02, matureAfter: '0s' };
    await beginCanary(shared, 'inaccurate', { checks: [quality] }, 'good', { steps: HOUR });
    await expect.poll(async () => (await readRollout(shared, 'inaccurate'))?.canary ?? null, WAIT).not.toBeNull();
    await recordOutcomes(shared, 'inaccurate', { '1': 0.95, '2': 0.7 });
    await sendUntilOver(shared, 'inaccurate');
    expect(await readRollout(shared, 'inaccurate')).toMatchObject({
      state: 'aborted',
      reason: expect.stringMatching(/^it is shown to be worse: quality accuracy -25 points/),
      checks: [{ n: 1_000, verdict: 'fails', estimate: expect.closeTo(-0.25, 9), limit: -0.02 }],
    });
  });

  it('with a check of cost needs a price, and shows the busy cost of both sides', async () => {
    const cost = { metric: 'cost', ratio: 50 };
    await beginCanary(shared, 'unpriced', { checks: [cost], deadline: '1s' });
    await sendUntilOver(shared, 'unpriced');
    expect(await readRollout(shared, 'unpriced')).toMatchObject({
      state: 'aborted',
      reason: expect.stringMatching(/cost unknown \(The price book has no price for "machine"/),
      checks: [{ name: 'cost', verdict: 'inconclusive', estimate: null }],
    });
    const book = { apiVersion: 'steelyard/v1', kind: 'PriceBook', metadata: { name: 'own' } };
    const prices = [{ resource: 'machine', perHour: '0.36', effectiveFrom: '2026-01-01' }];
    await applied(shared, JSON.stringify({ ...book, spec: { currency: 'USD', source: 'a test', prices } }));
    await beginCanary(shared, 'priced', { checks: [cost] });
    await sendUntilOver(shared, 'priced');
    const rollout = await readRollout(shared, 'priced');
    expect(rollout).toMatchObject({
      state: 'promoted',
      checks: [
        {
          ...{ name: 'cost', verdict: 'passes', scale: 'ratio', limit: 50 },
          cost: { basis: 'busy', prices: [{ side: 'live', resource: '1 x machine' }, { side: 'canary' }] },
        },
      ],
    });
    // A request takes less than 10 s of a machine at 0.36 an hour, and more than none.
    const perThousand = Number(rollout?.checks[0]?.cost?.canaryPerThousand.amount);
    expect(perThousand).toBeGreaterThan(0);
    expect(perThousand).toBeLessThan(1);
  });

  it('with a check of a Prometheus that does not exist is not proven', async () => {
    const check = { metric: 'prometheus', name: 'queue', source: 'absent', query: 'q{v="$version"}', better: 'lower' };
    await beginCanary(shared, 'unmeasured', { checks: [{ ...check, margin: 1 }], deadline: '1s' });
    await sendUntilOver(shared, 'unmeasured');
    expect((await readRollout(shared, 'unmeasured'))?.reason).toMatch(
      /^not proven at the deadline: prometheus queue unknown \(.+\)$/,
    );
  });

  it('must name each metric once, and needs a margin', async () => {
    await expect(
      appliedEndpoint(shared, 'twice', spec('1', 'good', { analysis: { checks: [loose, strict] } })),
    ).rejects.toThrow(/each metric has at most one check/);
    const free = { analysis: { checks: [{ metric: 'latencyP95', ratio: 1 }] } };
    await expect(appliedEndpoint(shared, 'free', spec('1', 'good', free))).rejects.toThrow(/ratio/);
  });
});

/** Responses of the canary in its step, from the reason of its wait. */
const countResponses = (reason: string | null | undefined): number =>
  Number(/^the canary has (\d+) of 1000000 required responses$/.exec(reason ?? '')?.[1]);

it('evidence of a canary survives a restart', async () => {
  const data = mkdtempSync(join(tmpdir(), 'steelyard-'));
  const read = async (application: Application) => await readRollout(application, 'e');
  let [before, reason] = [0, null as string | null];
  {
    await using application = await testApplication({}, { data });
    await registered(application);
    await beginCanary(application, 'e', { checks: [strict] }, 'good', { requests: 1_000_000 });
    await sendUntil(application, 'e', async () => {
      before = (await read(application))?.checks[0]?.n ?? 0;
      return before >= 20;
    });
    reason = (await read(application))?.reason ?? null;
  }
  await using application = await testApplication({}, { data });
  await expect.poll(async () => (await read(application))?.canary, WAIT).toMatchObject({ requests: 0 });
  // Without a response since the restart: the responses of the canary so far, also those after the last evaluation.
  const restarted = await read(application);
  expect(countResponses(restarted?.reason)).toBeGreaterThanOrEqual(countResponses(reason));
  expect(restarted).toMatchObject({ checks: [{ n: before }] });
  // n is that of the smaller side: an evaluation without the evidence of the live revision would begin below it.
  let n = before;
  await sendUntil(application, 'e', async () => {
    n = (await read(application))?.checks[0]?.n ?? 0;
    return n !== before;
  });
  expect(n).toBeGreaterThan(before);
});
