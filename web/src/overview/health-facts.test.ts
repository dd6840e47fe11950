import { expect, it } from 'vitest';
import { findGravest, listServed, qualityText, sloText, standingText } from './health-facts.ts';

it.each([
  [{ open: 0, muted: 0, onRunning: 0, notProven: 0, cleared: 0 }, undefined],
  [{ open: 2, muted: 0, onRunning: 0, notProven: 1, cleared: 1 }, '0 on the running version; 1 not proven'],
  [{ open: 1, muted: 0, onRunning: 1, notProven: 0, cleared: 0 }, '1 on the running version'],
])('says whether the running version has the alerts %o', (alerts, text) => expect(standingText(alerts)).toBe(text));

it.each([
  [{ met: 0, missed: 0, unknown: 0 }, undefined],
  [{ met: 1, missed: 0, unknown: 0 }, '1 of 1 SLO met.'],
  [{ met: 1, missed: 1, unknown: 1 }, '1 of 3 SLOs met, 1 missed, 1 with too few requests.'],
])('counts the SLOs %o', (slos, text) => expect(sloText(slos)).toBe(text));

type Given = Parameters<typeof findGravest>[0];

it('leads to the alert of the running version, then to the one that is not proven, then to an endpoint', () => {
  const alert = (monitor: string, standing: string) => ({ monitor, standing });
  const given = (alerts: unknown[], endpoints: unknown[]) => ({ models: [{ alerts }], endpoints }) as unknown as Given;
  const feed = { endpoint: 'home-feed' };
  expect(findGravest(given([alert('a', 'cleared'), alert('b', 'not_proven'), alert('c', 'open')], [feed]))).toEqual({
    monitor: 'c',
  });
  expect(findGravest(given([alert('a', 'cleared'), alert('b', 'not_proven')], [feed]))).toEqual({ monitor: 'b' });
  expect(findGravest(given([alert('a', 'cleared')], [feed]))).toEqual(feed);
  expect(findGravest(given([], []))).toBeUndefined();
});

it('says what answers at an endpoint, and how fast', () => {
  const versions = [{ model: 'ranker', version: '7' }];
  const latencyMs = { p50: 2, p95: 5.104, p99: 9 };
  const lastDay = { requests: 200, errors: 1, errorRatio: 0.005 };
  const given = {
    endpoints: [
      { endpoint: 'home-feed', versions, latencyMs, lastDay },
      { endpoint: 'idle', versions: [], latencyMs: null, lastDay: { requests: 0, errors: 0, errorRatio: null } },
      { endpoint: 'third', versions: [], latencyMs: null, lastDay },
    ],
  } as unknown as Parameters<typeof listServed>[0];
  expect(listServed(given, 2)).toEqual([
    {
      endpoint: 'home-feed',
      served: 'ranker v7',
      requests: 'p95 5.1\u00a0ms, 0.5\u00a0% errors',
    },
    { endpoint: 'idle', served: '', requests: null },
  ]);
});

it('says the quality of the running version of the model in the trend', () => {
  const given = (model: string, estimated: boolean) =>
    ({
      qualityTrend: { model },
      models: [{ model: 'ranker', quality: { metric: 'ndcg_at_10', version: '7', value: 0.39631, estimated } }],
    }) as unknown as Parameters<typeof qualityText>[0];
  expect(qualityText(given('ranker', false))).toBe('0.3963 since v7');
  expect(qualityText(given('ranker', true))).toBe('0.3963 estimated since v7');
  expect(qualityText(given('other', false))).toBe('');
});
