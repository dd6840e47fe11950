import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { testApplication } from '../../../testing/application.ts';
import { applyText, gpuSource, syncAll } from '../../testing/gpu-sources.ts';
import { idle } from '../../testing/gpus.ts';
import { type RecordedQuery, sendJson, sendMatrix, sendRefusal, startStandIn } from './stand-in.testing.ts';

const START = Date.parse('2026-11-02T10:00:00Z');
const STEP = 15_000;

/** GPU_UTIL of one GPU at every requested instant that is not missing. */
function everyInstant(
  { query, start, end, step }: RecordedQuery,
  response: ServerResponse,
  missing: ReadonlySet<number> = new Set(),
) {
  const instants = Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, index) => start + index * step);
  const values = instants.filter((at) => !missing.has(at) && at >= START).map((at) => [at / 1000, '0']);
  const isUtil = query.startsWith('DCGM_FI_DEV_GPU_UTIL');
  sendMatrix(
    response,
    isUtil && values.length > 0 ? [{ metric: { __name__: 'DCGM_FI_DEV_GPU_UTIL', UUID: 'GPU-a' }, values }] : [],
  );
}

async function fresh(url: string, more = '') {
  const clock = { at: START + 2 * 3_600_000 };
  const application = await testApplication({ clock: { now: () => clock.at } });
  onTestFinished(() => application[Symbol.asyncDispose]());
  await applyText(application, gpuSource('here', `{ type: prometheus, url: "${url}", backfill: 3h${more} }`));
  return { application, clock };
}

describe('a Prometheus', () => {
  it('is asked for the past in windows, then for what is new and a little before it, and nothing is left out or counted twice', async () => {
    const late = new Set([START + 7_200_000 - STEP]);
    const missing = new Set(late);
    const { url, asked } = await startStandIn((one, response) => everyInstant(one, response, missing));
    const { application, clock } = await fresh(url);
    const [source] = await syncAll(application);
    expect(source).toMatchObject({ state: 'ok', readUntil: '2026-11-02T12:00:00.000Z' });
    const windows = asked.filter(({ query }) => query === 'DCGM_FI_DEV_GPU_UTIL{}');
    expect(windows[0]?.start).toBe(START - 3_600_000);
    for (const [index, { start, end, step }] of windows.entries()) {
      expect((end - start) / step).toBeLessThan(11_000);
      if (index > 0) expect(start).toBe((windows[index - 1]?.end ?? 0) + STEP);
    }
    expect(await idle(application)).toMatchObject({ samples: 480 });
    // Late samples are within the overlap.
    missing.clear();
    asked.length = 0;
    clock.at += 300_000;
    await syncAll(application);
    expect(asked[0]).toMatchObject({ start: START + 7_200_000 - 600_000, end: clock.at });
    clock.at += 300_000;
    await syncAll(application);
    expect(await idle(application)).toMatchObject({ samples: 521, lostRatio: 0 });
  });

  it('that finds it too much is asked for less', async () => {
    const most = 60;
    const { url } = await startStandIn((one, response) => {
      if ((one.end - one.start) / one.step <= most) return everyInstant(one, response);
      return sendRefusal(
        response,
        422,
        'execution',
        'query processing would load too many samples into memory in query execution',
      );
    });
    const { application } = await fresh(url);
    const [source] = await syncAll(application);
    expect(source).toMatchObject({ state: 'ok' });
    expect(await idle(application)).toMatchObject({ samples: 481 });
  });

  it('that closes a kept connection as it is used is asked again', async () => {
    const used = new Set<Socket | null>();
    const { url, asked } = await startStandIn((one, response) => {
      const { socket } = response;
      if (used.has(socket)) return socket?.resetAndDestroy();
      used.add(socket);
      return everyInstant(one, response);
    });
    const { application } = await fresh(url);
    const [source] = await syncAll(application);
    expect(source).toMatchObject({ state: 'ok', lastError: null });
    expect(used.size).toBeGreaterThan(1);
    expect(asked.length).toBeGreaterThan(used.size);
  });

  const troubles: readonly (readonly [
    what: string,
    answer: (response: ServerResponse) => unknown,
    code: string,
    why: RegExp,
  ])[] = [
    [
      'refuses the token',
      (to) => to.writeHead(401).end('Unauthorized'),
      'gpu_source_refused',
      /does not accept the token: Unauthorized/,
    ],
    [
      'cannot read the query',
      (to) => sendRefusal(to, 400, 'bad_data', 'parse error'),
      'gpu_source_refused',
      /answers 400: parse error/,
    ],
    ['has a fault', (to) => to.writeHead(500).end('oops'), 'gpu_source_refused', /answers 500: oops/],
    [
      'points elsewhere',
      (to) => to.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
      'gpu_source_refused',
      /answers 302/,
    ],
    ['is none', (to) => to.end('<html>'), 'gpu_source_refused', /its response is not the format of Prometheus/],
    [
      'answers a vector',
      (to) => sendJson(to, 200, { status: 'success', data: { resultType: 'vector', result: [] } }),
      'gpu_source_refused',
      /not the format of Prometheus/,
    ],
    ['hangs up', (to) => to.destroy(), 'gpu_source_unreachable', /cannot be reached: .* retries every 5 minutes/],
    [
      'finds everything too much',
      (to) => sendRefusal(to, 503, 'timeout', 'query timed out'),
      'gpu_source_refused',
      /cannot answer a query for 8 instants/,
    ],
  ];
  it('in trouble is said to be, keeps what was read, and is read on from there when it is back', async () => {
    const trouble: { answer: ((response: ServerResponse) => unknown) | null } = { answer: null };
    const { url, asked } = await startStandIn((one, response) =>
      trouble.answer === null ? everyInstant(one, response) : trouble.answer(response),
    );
    process.env.PROMETHEUS_TOKEN = 'sesame';
    onTestFinished(() => void delete process.env.PROMETHEUS_TOKEN);
    const { application, clock } = await fresh(url, ', token: env:PROMETHEUS_TOKEN, containers: {}');
    await syncAll(application);
    expect(asked[0]?.authorization).toBe('Bearer sesame');
    for (const [what, answer, code, why] of troubles) {
      trouble.answer = answer;
      clock.at += 60_000;
      const [source] = await syncAll(application);
      expect(source, what).toMatchObject({
        state: 'failed',
        readUntil: '2026-11-02T12:00:00.000Z',
        lastError: { code },
      });
      expect(source?.lastError?.detail, what).toMatch(why);
      // Containers are queried separately, so they also fail separately.
      expect(source?.containers?.lastError?.code, what).toBe(code);
      expect(source?.containers?.readUntil).toBe('2026-11-02T12:00:00.000Z');
    }
    trouble.answer = null;
    const [source] = await syncAll(application);
    expect(source).toMatchObject({ state: 'ok', lastError: null, containers: { lastError: null } });
    expect(await idle(application)).toMatchObject({ samples: 481 + troubles.length * 4, lostRatio: 0 });
  });
});
