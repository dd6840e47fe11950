import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { listPredictions } from '../../src/mlops/predictions/schema.ts';
import { getEndpoint } from '../../src/mlops/serving/schema.ts';
import { testApplication } from '../../src/testing/application.ts';
import { isDeep } from '../../src/testing/deep.ts';
import { listDecidedActs } from '../../src/tradeoff/decisions/schema.ts';
import { getOptimization } from '../../src/tradeoff/optimizations/schema.ts';
import { CHEAPER, labelOf, prepareTrial } from '../../src/tradeoff/optimizations/trial-setup.testing.ts';
import { kills } from '../support/moment.ts';
import { startServerProcess } from '../support/server-process.ts';

const MOMENTS = kills(20);
const LIMIT_MS = 900_000;
/** From the first answer of a server until its end, in milliseconds: before, while and after it looks and changes the endpoint. */
const LONGEST_MS = 1_500;
const REQUESTS = 40;
const WAIT = { timeout: 120_000, interval: 100 };

/** Opens the endpoint with its versions in a data folder. */
async function prepare(data: string, drift: string): Promise<void> {
  await using application = await testApplication({}, { data });
  const models = [
    { accuracy: 0.9, delayMs: 4 },
    { accuracy: 0.9, delayMs: 2, drifts: true },
  ];
  await prepareTrial(application, { models, drift, replicas: 1 });
}

it(
  'a server that is killed at any moment of an optimization loses no answered request, and its state and its endpoint agree',
  async () => {
    const data = mkdtempSync(join(tmpdir(), 'killed-optimization-'));
    const drift = join(data, 'drift');
    await prepare(data, drift);
    const clock = { TEST_CLOCK_READ: '', TEST_CLOCK: '' };
    let ahead = 0;
    const shift = () => {
      ahead += 70_000;
      const now = Date.now();
      Object.assign(clock, {
        TEST_CLOCK_READ: new Date(now).toISOString(),
        TEST_CLOCK: new Date(now + ahead).toISOString(),
      });
    };
    shift();
    const settings = Object.assign(clock, {
      STEELYARD_LOG_LEVEL: 'silent',
      NODE_OPTIONS: `--import ${join(import.meta.dirname, '../support/shifted-clock.ts')}`,
    });
    await using server = await startServerProcess(data, settings);
    const get = async (path: string) => (await fetch(`${server.url}/api/v1/${path}`)).json();
    const post = (path: string, body: object) =>
      fetch(`${server.url}/api/v1/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const answered: string[] = [];
    let sentCount = 0;

    /** One request; answered ones are remembered with their label. */
    const predict = async (): Promise<boolean> => {
      sentCount += 1;
      const value = sentCount;
      const headers = { 'content-type': 'application/json', 'x-user': `user-${value % 400}` };
      const answer = await fetch(`${server.url}/serve/e/invocations`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ inputs: [[value]] }),
      }).catch(() => null);
      const whole = await answer?.text().catch(() => null);
      const prediction = answer?.headers.get('x-steelyard-prediction-id') ?? null;
      if (answer?.status !== 200 || whole == null || prediction === null) return false;
      answered.push(prediction);
      await post('labels', { model: 'm', labels: [{ prediction, value: labelOf(value) }] }).catch(() => null);
      return true;
    };

    /** The optimization, its endpoint and its acts between two steps: a look may take a step between two requests. */
    const read = async () => {
      for (;;) {
        const shown = getOptimization.response.parse(await get('optimizations/smaller'));
        const endpoint = getEndpoint.response.parse(await get('endpoints/e'));
        const { acts } = listDecidedActs.response.parse(await get('decided-acts?about=optimization:smaller'));
        const later = getOptimization.response.parse(await get('optimizations/smaller'));
        if (later.timeline.length === shown.timeline.length) return { shown, endpoint, acts };
      }
    };

    const check = async () => {
      const { shown, endpoint, acts } = await read();
      expect(acts).toHaveLength(shown.timeline.length - 1);
      // The newest revision is the one that the last step made; without a step, the first.
      const made = acts.map(({ evidence }) => Number(evidence.revision));
      expect(endpoint.newest.revision).toBe(Math.max(1, ...made));
      const weights = new Map(endpoint.variants.map(({ variant, weight }) => [variant, weight]));
      if (endpoint.live?.revision === endpoint.newest.revision) {
        expect(weights.get('smaller-candidate') ?? 0).toBeCloseTo(shown.percent / 100, 9);
      }
      return shown;
    };

    await expect.poll(predict, WAIT).toBe(true);
    expect((await post('optimizations', { optimization: 'smaller', spec: CHEAPER })).status).toBe(200);
    const seen = new Set<string>();
    let isEnded = false;
    for (let moment = 0; !isEnded; moment += 1) {
      const isKilled = moment < MOMENTS;
      await expect.poll(predict, WAIT).toBe(true);
      const shown = await check();
      seen.add(shown.state);
      if (shown.state === 'watched' && !existsSync(drift)) writeFileSync(drift, '0.3');
      // The deep run continues to the end of its life.
      isEnded = isDeep ? shown.state === 'undone' || moment > MOMENTS + 60 : moment === MOMENTS;
      const traffic = Promise.all(Array.from({ length: REQUESTS }, predict));
      await (isKilled ? pause(Math.random() * LONGEST_MS) : traffic); // the moment of the crash varies here
      await (isKilled ? server.kill() : server.stop());
      await traffic;
      shift();
      await server.startAgain();
    }
    expect([...seen]).toEqual(expect.arrayContaining(isDeep ? ['running', 'watched', 'undone'] : ['running']));
    const logged = new Set<string>();
    for (let token: string | null = ''; token !== null; ) {
      const page = listPredictions.response.parse(
        await get(`predictions?model=m&pageSize=500${token === '' ? '' : `&pageToken=${token}`}`),
      );
      for (const { prediction } of page.predictions) logged.add(prediction);
      token = page.nextPageToken ?? null;
    }
    expect(answered.filter((prediction) => !logged.has(prediction))).toEqual([]);
  },
  LIMIT_MS,
);
