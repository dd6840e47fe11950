import { expect, it, onTestFinished } from 'vitest';
import { listUsage } from '../../finops/metering/schema.ts';
import { type Application, createApplication } from '../../main.ts';
import { countMetered, settled } from '../../mlops/testing/serving.ts';
import { decimal, sumDecimals } from '../../platform/units/index.ts';
import { call } from '../../testing/application.ts';
import { isDeep } from '../../testing/deep.ts';
import { getOptimization, proposeOptimization } from './schema.ts';
import { openTrial } from './trial-setup.testing.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** From four replicas to two, with separate requests: a replica of the candidate has its whole load at half of the traffic. */
const FEWER = {
  ...{ endpoint: 'e', change: { replicas: { min: 2 } }, compare: 'arms' },
  guardrails: [
    { metric: 'errorRate', margin: 0.1 },
    { metric: 'latencyP95', ratio: 4 },
  ],
  ramp: { percents: [5, 50], for: '55m', requests: 5 },
  holdOut: 0.25,
};

const shown = (application: Application) => call(application, getOptimization, { params: { optimization: 'fewer' } });

const propose = (application: Application, spec: object = {}) =>
  call(application, proposeOptimization, { body: { optimization: 'fewer', spec: { ...FEWER, ...spec } as never } });

/** Metered cost of the endpoint in [start, end), from the recorded intervals. */
async function sumUsage(application: Application, start: string, end: string): Promise<string> {
  const { intervals } = await call(application, listUsage, { query: { model: 'm', pageSize: 1000 } as never });
  const hours = intervals.map(({ period }) => {
    const overlap =
      Math.min(Date.parse(period.end), Date.parse(end)) - Math.max(Date.parse(period.start), Date.parse(start));
    return decimal(Math.max(0, overlap)).dividedBy(HOUR).times(4).toFixed(20);
  });
  return sumDecimals(hours);
}

// Half a minute of requests to four replicas.
if (isDeep) {
  it('keeps fewer replicas, and books what four would have cost less the cost of both arms', async () => {
    const setup = { models: [{ accuracy: 0.9, delayMs: 10 }], replicas: 4, endpoint: { keepPrevious: '1s' } };
    const { application, clock, look, send } = await openTrial(setup, { startAt: '2026-11-16T11:50:00Z', inFlight: 4 });
    onTestFinished(() => application[Symbol.asyncDispose]());
    const toInstant = (instant: string) => {
      clock.ahead += Date.parse(`2026-11-16T${instant}Z`) - clock.now();
    };
    toInstant('11:59:30');
    await propose(application);
    await look();
    await settled(application, 'e');
    for (let minute = 0; minute < 3; minute += 1) {
      clock.ahead += MINUTE;
      await send(80);
      await look();
    }
    // One replica has 5 % of the traffic, which shows neither a loss nor its load after the change.
    expect(await shown(application)).toMatchObject({
      ...{ state: 'running', percent: 5 },
      checks: [{}, {}, { name: 'load of a replica', verdict: 'inconclusive' }, { name: 'cost of an hour' }],
    });
    toInstant('12:59:40');
    await look();
    expect(await shown(application)).toMatchObject({ state: 'running', percent: 50 });
    await settled(application, 'e');
    const isProven = async () => (await shown(application)).checks.every(({ verdict }) => verdict === 'passes');
    // On a busy machine latencies vary, and more requests are needed.
    for (let minute = 0; minute < 50 && !(await isProven()); minute += 1) {
      clock.ahead += MINUTE;
      await send(60);
      await look();
    }
    toInstant('13:59:50');
    await look();
    const kept = await shown(application);
    expect(kept.checks.map(({ name, verdict }) => `${name} ${verdict}`)).toEqual([
      'errorRate passes',
      'latencyP95 passes',
      'load of a replica passes',
      'cost of an hour passes',
    ]);
    expect(kept).toMatchObject({ state: 'watched', percent: 75 });
    await settled(application, 'e');
    const keptMs = clock.now();
    await expect.poll(() => countMetered(application, keptMs)).toBe(3);
    toInstant('17:00:10');
    // The end of the server records the usage.
    await application[Symbol.asyncDispose]();
    await using next = await createApplication(application.config, { clock });
    const { saving } = await shown(next);
    const paid = decimal(await sumUsage(next, '2026-11-16T12:00:00Z', '2026-11-16T17:00:00Z'));
    const saved = decimal(5 * 4 * 4).minus(paid);
    expect(saving).toMatchObject({ basis: 'metered', hours: 5, reason: null });
    expect(Number(saving.saved?.amount)).toBeCloseTo(saved.toNumber(), 5);
    // Two hours of five replicas at 4 USD instead of four, and three hours of three.
    expect(Number(saving.saved?.amount)).toBeCloseTo(2 * -4 + 3 * 4, 0);
  }, 120_000);
}

it('rolls fewer replicas back when requests wait for them', async () => {
  const setup = { models: [{ accuracy: 0.9, delayMs: 30 }], replicas: 4, endpoint: { limits: { concurrency: 1 } } };
  const { application, clock, look, send } = await openTrial(setup);
  onTestFinished(() => application[Symbol.asyncDispose]());
  await propose(application, {
    change: { replicas: { min: 1 } },
    guardrails: [{ metric: 'latencyP95', ratio: 1.5 }],
    ramp: { percents: [90], for: '1m' },
  });
  await look();
  await settled(application, 'e');
  for (let minute = 0; minute < 30 && (await shown(application)).state === 'running'; minute += 1) {
    clock.ahead += MINUTE;
    await send(60);
    await look();
  }
  expect(await shown(application)).toMatchObject({
    state: 'rolled_back',
    reason: expect.stringMatching(/shown to be worse: p95 latency/),
  });
  const { variants } = await settled(application, 'e');
  expect(variants).toMatchObject([{ variant: 'main', weight: 1, replicasReady: 4 }]);
}, 60_000);
