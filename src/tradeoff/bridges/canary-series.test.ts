import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type RecordedQuery,
  sendMatrix,
  sendRefusal,
  startStandIn,
} from '../../finops/gpu-telemetry/sources/stand-in.testing.ts';
import { applyText, gpuSource } from '../../finops/testing/gpu-sources.ts';
import type { Application } from '../../main.ts';
import { testApplication } from '../../testing/application.ts';
import { createCanarySeries } from './canary-series.ts';

const START = Date.parse('2026-11-30T10:00:00Z');
const question = { source: 'main', startMs: START, endMs: START + 9_000, stepMs: 1_000 };
const { signal } = new AbortController();

let application: Application;
beforeAll(async () => {
  application = await testApplication();
});
afterAll(() => application?.[Symbol.asyncDispose]());

type Answer = (asked: RecordedQuery, response: ServerResponse) => void;

/** Applies a source that answers so, and reads both sides. */
async function readFrom(answer: Answer, sides = { live: 'live', canary: 'canary' }, longestQueryMs?: number) {
  const { url, asked } = await startStandIn(answer);
  await applyText(application, gpuSource('main', `{ type: prometheus, url: "${url}", backfill: 0s }`));
  const evidence = await createCanarySeries(application.store, longestQueryMs)({ ...question, ...sides }, signal);
  return { evidence, asked };
}

/** One series with these values at the instants of the question. */
const send = (response: ServerResponse, values: readonly string[]) =>
  sendMatrix(response, [{ metric: {}, values: values.map((value, at) => [START / 1000 + at, value]) }]);
const TEN = Array.from({ length: 10 }, (_, at) => String(at));

describe('values of both sides of a canary', () => {
  it('are paired by instant, from one query for each side', async () => {
    const { evidence, asked } = await readFrom(({ query }, response) =>
      send(response, query === 'live' ? TEN : TEN.map((value) => `1${value}`)),
    );
    expect(evidence).toEqual({
      live: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      canary: [10, 11, 12, 13, 14, 15, 16, 17, 18, 19],
      ...{ instants: 10, reason: null },
    });
    expect(asked.map(({ query, start, end, step }) => ({ query, start, end, step }))).toEqual([
      { query: expect.stringMatching(/live|canary/), start: START, end: START + 9_000, step: 1_000 },
      { query: expect.stringMatching(/live|canary/), start: START, end: START + 9_000, step: 1_000 },
    ]);
  });

  it('leave out instants without a finite value of both sides', async () => {
    const { evidence } = await readFrom(({ query }, response) =>
      send(response, query === 'live' ? ['NaN', ...TEN.slice(1)] : [...TEN.slice(0, 9), '+Inf']),
    );
    expect(evidence).toMatchObject({ live: [1, 2, 3, 4, 5, 6, 7, 8], instants: 10, reason: null });
  });

  it.each<[string, Answer, RegExp]>([
    ['no series', (_, response) => sendMatrix(response, []), /live revision results in no series/],
    [
      'no series of the new revision',
      ({ query }, response) => (query === 'live' ? send(response, TEN) : sendMatrix(response, [])),
      /new revision results in no series/,
    ],
    ['only NaN', (_, response) => send(response, TEN.map(() => 'NaN')), /results in no finite value/],
    [
      'two series',
      (_, response) => sendMatrix(response, [1, 2].map((at) => ({ metric: { at: String(at) }, values: [] }))),
      /results in 2 series instead of one: aggregate/,
    ],
    [
      'values at 7 of 10 instants',
      ({ query }, response) => send(response, query === 'live' ? TEN : TEN.slice(0, 7)),
      /^Only 7 of 10 intervals have a value of both sides; a comparison needs 80 %/,
    ],
    ['a refusal', (_, response) => sendRefusal(response, 400, 'bad_data', 'parse error'), /answers 400: parse error\.$/],
    ['a refused token', (_, response) => sendRefusal(response, 401, 'unauthorized', 'no'), /does not accept the token/],
    ['too much work', (_, response) => sendRefusal(response, 422, 'execution', 'too many samples'), /too large/],
    ['a redirect', (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(), /answers 302/],
    ['a broken connection', (_, response) => response.destroy(), /cannot be reached: [^.]*\.?$/],
    ['a page', (_, response) => response.end('<html>'), /not the format of Prometheus/],
  ])('with %s are a reason', async (_, answer, reason) => {
    const { evidence } = await readFrom(answer);
    expect(evidence.reason).toMatch(reason);
    expect(evidence.instants).toBe(10);
  });

  it('that do not come in time are a reason', async () => {
    const { evidence } = await readFrom(() => undefined, { live: 'live', canary: 'canary' }, 50);
    expect(evidence.reason).toBe('Prometheus did not answer the query within 0.05 s.');
  });

  it('of one version on both sides, and of a source that does not exist, are a reason without a query', async () => {
    const { evidence, asked } = await readFrom((_, response) => send(response, TEN), { live: 'a', canary: 'a' });
    expect(evidence.reason).toMatch(/same query: they serve the same version/);
    expect(asked).toEqual([]);
    await applyText(application, gpuSource('pushed', '{ type: push }'));
    for (const source of ['absent', 'pushed']) {
      const found = await createCanarySeries(application.store)({ ...question, source, live: 'a', canary: 'b' }, signal);
      expect(found.reason).toBe(`There is no Prometheus source "${source}": apply a GpuSource of type prometheus.`);
    }
  });
});
