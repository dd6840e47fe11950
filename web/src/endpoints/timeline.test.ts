import { expect, it } from 'vitest';
import type { EndpointMetric, EndpointMetrics } from '../../../src/mlops/gateway/metrics/schema.ts';
import { buildTimeline, revisionEvents } from './timeline.ts';

function point(minute: number, more: Partial<EndpointMetric> = {}): EndpointMetric {
  return {
    ...{ at: `2026-11-01T10:0${minute}:00.000Z`, variant: 'main', model: 'm', version: '1' },
    ...{ requests: 120, answered: 120, refused: 0, throttled: 0, errors: 0, lost: 0 },
    ...{ latencyMs: { p50: 4, p95: 9, p99: 12 }, replicas: 2, cost: { amount: '0.01', currency: 'USD' } },
    ...more,
  };
}

function metrics(...points: EndpointMetric[]): EndpointMetrics {
  const [since, until] = ['2026-11-01T10:00:00.000Z', '2026-11-01T10:04:00.000Z'];
  return { endpoint: 'e', since, until, stepSeconds: 60, points, notMeasured: 0 };
}

const panel = (data: ReturnType<typeof buildTimeline>, id: string) => {
  const found = data.panels.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no panel ${id}`);
  return found;
};

it('leaves a gap where nothing was measured, and draws a quiet step at zero', () => {
  const data = buildTimeline(metrics(point(0), point(2, { requests: 0, answered: 0, latencyMs: null })), [], []);
  expect(data.times).toHaveLength(4);
  expect(panel(data, 'traffic').series[0]?.values).toEqual([2, null, 0, null]);
  expect(panel(data, 'errors').series[0]?.values).toEqual([0, null, 0, null]);
  expect(panel(data, 'latency').series.map(({ values }) => values)).toEqual([
    [12, null, null, null],
    [9, null, null, null],
    [4, null, null, null],
  ]);
  expect(panel(data, 'traffic').series[0]?.formatPoint(1)).toBe('not measured');
});

it('counts few requests by the minute', () => {
  const traffic = panel(buildTimeline(metrics(point(0, { requests: 30, answered: 30 })), [], []), 'traffic');
  expect([traffic.title, traffic.series[0]?.values[0]]).toEqual(['Requests per minute', 30]);
});

it('tells versions apart, with the 95th percentile of each', () => {
  const canary = point(0, { variant: 'canary', version: '2', requests: 12, latencyMs: { p50: 5, p95: 20, p99: 30 } });
  const data = buildTimeline(metrics(point(0), canary), [], []);
  expect(panel(data, 'latency').series.map(({ name, values }) => [name, values[0]])).toEqual([
    ['main, version 1', 9],
    ['canary, version 2', 20],
  ]);
  expect(panel(data, 'latency').series[1]?.formatPoint(0)).toBe('20\u00a0ms; p50 5\u00a0ms, p99 30\u00a0ms');
});

it('gives what is served now the colours that it has elsewhere on the page', () => {
  const canary = point(0, { variant: 'canary', version: '2' });
  const now = [
    { variant: 'main', version: '2' },
    { variant: 'main', version: '1' },
    { variant: 'canary', version: '2' },
  ];
  const traffic = panel(buildTimeline(metrics(canary, point(0)), [], now), 'traffic');
  expect(traffic.series.map(({ name, variable }) => [name, variable])).toEqual([
    ['main, version 1', '--cat-2'],
    ['canary, version 2', '--cat-3'],
  ]);
});

it('shows errors as a share of the requests of all versions', () => {
  const data = buildTimeline(
    metrics(point(0, { errors: 6 }), point(0, { variant: 'b', requests: 80, throttled: 4 })),
    [],
    [],
  );
  expect(panel(data, 'errors').series.map(({ values }) => values[0])).toEqual([3, 2, 0]);
});

it('adds costs exactly and says them by the hour; without a price it says so', () => {
  const cost = panel(buildTimeline(metrics(point(0), point(1, { cost: null })), [], []), 'cost');
  expect(cost.series[0]?.values).toEqual([0.6, null, null, null]);
  expect(cost.series[0]?.formatPoint(0)).toBe('$0.60 ($0.01 in total)');
  expect(cost.series[0]?.formatPoint(1)).toBe('no price');
});

it('marks what happened in its step, and leaves out what happened before', () => {
  const events = revisionEvents([
    { ...revision(2), liveAt: '2026-11-01T10:01:30Z' },
    { ...revision(1), liveAt: '2026-10-01T10:01:30Z' },
    { ...revision(3), liveAt: null },
  ]);
  expect(buildTimeline(metrics(point(0)), events, []).marks).toEqual([
    { index: 1, label: 'Revision 2 went live: applied', short: 'revision 2' },
  ]);
});

function revision(number: number) {
  return {
    ...{ revision: number, state: 'replaced' as const, reason: null, cause: 'applied', versions: {}, weights: {} },
    ...{ createdAt: '2026-11-01T00:00:00Z', liveAt: null },
  };
}
