import { describe, expect, it } from 'vitest';
import { Monitor, type MonitorWindow } from '../../../mlops/monitors/schema.ts';
import type { DriftWindow } from '../../../mlops/quality/schema.ts';
import { buildDriftMeasure } from './drift.ts';
import { buildGpuMeasure } from './gpu.ts';
import { buildLatencyMeasure, type LatencyFacts } from './latency.ts';
import { buildQualityMeasure, type QualityFacts, type ScorecardPolicy } from './quality.ts';

const [days, preceding] = [
  { start: '2026-11-01', end: '2026-12-01' },
  { start: '2026-10-02', end: '2026-11-01' },
];
const monitor = Monitor.parse({
  monitor: 'feed',
  spec: {
    model: 'ranker',
    quality: { kind: 'classification' },
    drift: { columns: ['inputs.age'], reference: { first: 100 }, window: { predictions: 100 } },
  },
});
const measured = (metric: string, value: number) => ({
  ...{ metric, value, lower: value - 0.1, upper: value + 0.1, sampleSize: 40 },
});
const logged = (more: Partial<MonitorWindow> = {}): MonitorWindow => ({
  ...{ period: null, slice: null, predictions: 100, labelled: 90, completeness: 0.9, unmeasured: 0 },
  ...{ latencyMs: { p50: 10, p95: 20, p99: 30 }, quality: [measured('accuracy', 0.8)] },
  ...{ estimates: [{ ...measured('accuracy', 0.7), reason: null }], shown: [], inReference: false },
  ...more,
});
const policy = (spec: object): ScorecardPolicy => ({ name: 'gate', spec: { quality: [], ...spec } as never });
const about = { monitor, alerts: [], policies: [], days, preceding };

describe('quality', () => {
  const facts = (more: Partial<QualityFacts> = {}): QualityFacts => ({
    ...about,
    ...{ now: logged(), before: logged({ quality: [measured('accuracy', 0.5)] }), offline: new Map(), version: '3' },
    ...more,
  });
  const offline = new Map([
    ['auc', 0.9],
    ['auc.ci_lower', 0.85],
    ['auc.ci_upper', 0.95],
    ['auc.n', 400],
    ['system/cpu', 1],
  ]);

  it('is live where labels are complete, and compares the same metric and basis', () => {
    expect(buildQualityMeasure(facts())).toMatchObject({
      basis: 'live',
      metric: 'accuracy',
      value: 0.8,
      n: 40,
      completeness: 0.9,
    });
    expect(buildQualityMeasure(facts()).trend).toMatchObject({ before: 0.5, direction: 'up', meaning: 'better' });
    const unlabelled = logged({ completeness: 0.1 });
    expect(buildQualityMeasure(facts({ before: unlabelled })).trend.change).toBeNull();
  });

  it('is estimated without labels, and offline without an estimate', () => {
    const unlabelled = { completeness: 0.1 };
    expect(buildQualityMeasure(facts({ now: logged(unlabelled) }))).toMatchObject({ basis: 'estimated', value: 0.7 });
    const now = logged({ ...unlabelled, estimates: [] });
    const measure = buildQualityMeasure(facts({ now, offline }));
    expect(measure).toMatchObject({ basis: 'offline', metric: 'auc', value: 0.9, n: 400, version: '3', window: null });
    expect(measure).toMatchObject({ interval: { lower: 0.85, upper: 0.95 }, trend: { change: null } });
    expect(buildQualityMeasure(facts({ now, offline: new Map() }))).toMatchObject({ value: null, status: 'unknown' });
  });

  it.each([
    ['ok', '0.75'],
    ['warning', '0.85'],
    ['critical', '0.95'],
  ])('is %s with the floor %s of a policy for this metric', (status, floor) => {
    const policies = [policy({ quality: [{ metric: 'accuracy', direction: 'higher', floor }] })];
    expect(buildQualityMeasure(facts({ policies }))).toMatchObject({ status, target: { value: Number(floor) } });
  });

  it('takes no bound of another metric', () => {
    const policies = [policy({ quality: [{ metric: 'auc', direction: 'higher', floor: '0.99' }] })];
    expect(buildQualityMeasure(facts({ policies }))).toMatchObject({ status: 'unknown', target: null });
  });

  it.each([
    ['critical', 'open'],
    ['warning', 'not_proven'],
    ['unknown', 'cleared'],
  ] as const)('is %s with an alert that is %s on the running version', (status, standing) => {
    const alerts = [{ cause: 'quality', state: 'alert', standing, sentence: 'It fell.' } as const];
    expect(buildQualityMeasure(facts({ alerts })).status).toBe(status);
  });
});

describe('latency', () => {
  const served = { requests: 100, errors: 5, p50Ms: 8, p95Ms: 12 };
  const facts = (more: Partial<LatencyFacts> = {}): LatencyFacts => ({
    ...about,
    ...{ served, servedBefore: null, logged: logged(), loggedBefore: logged(), ...more },
  });

  it('is that of the endpoints, and is not compared with that of logged predictions', () => {
    const measure = buildLatencyMeasure(facts());
    expect(measure).toMatchObject({
      value: 12,
      p50Ms: 8,
      errorRatio: 0.05,
      basis: 'endpoints',
      trend: { change: null },
    });
    expect(buildLatencyMeasure(facts({ served: null }))).toMatchObject({
      basis: 'predictions',
      errorRatio: null,
      trend: { change: 0 },
    });
  });

  it.each([
    ['ok', { latencyP95Ms: 15 }],
    ['critical', { latencyP95Ms: 10 }],
    ['critical', { errorRate: 0.01 }],
  ])('is %s with the service level %o', (status, slo) => {
    expect(buildLatencyMeasure(facts({ policies: [policy({ slo })] })).status).toBe(status);
  });
});

describe('drift', () => {
  const window = (end: string, drifted: boolean | null): DriftWindow => ({
    ...{ period: { start: end, end }, drifted, columns: [] },
    ...({} as Omit<DriftWindow, 'period' | 'drifted' | 'columns'>),
  });
  const windows = [
    window('2026-10-05T00:00:00.000Z', false),
    window('2026-11-05T00:00:00.000Z', true),
    window('2026-11-06T00:00:00.000Z', null),
    window('2026-11-07T00:00:00.000Z', false),
  ];

  it('is the share of windows with a verdict that drifted', () => {
    const measure = buildDriftMeasure({ ...about, windows });
    expect(measure).toMatchObject({ value: 0.5, windows: 2, drifted: 1, latest: 'stable', status: 'ok' });
    expect(measure.trend).toMatchObject({ before: 0, direction: 'up', meaning: 'worse' });
  });

  it('is unknown without a monitor', () => {
    const measure = buildDriftMeasure({ ...about, monitor: null, windows: [] });
    expect(measure).toMatchObject({ value: null, status: 'unknown', reason: 'the model has no monitor' });
  });
});

describe('GPU time', () => {
  const hours = (day: string, paidHours: number, usedHours: number) => ({ day, paidHours, usedHours, idleHours: 1 });

  it('sums hours and weighs utilization by them', () => {
    const facts = {
      hours: [hours('2026-10-10', 5, 5), hours('2026-11-03', 10, 2), hours('2026-11-04', 30, 6)],
      readFrom: '2026-10-01',
    };
    const measure = buildGpuMeasure(facts, days, preceding);
    expect(measure).toMatchObject({ value: 40, utilizationRatio: 0.2, status: 'warning', reason: null });
    expect(measure.trend).toMatchObject({ before: 5, change: 35, meaning: null });
  });

  it('has no trend where readings begin within the preceding days', () => {
    const facts = { hours: [hours('2026-11-03', 10, 9)], readFrom: '2026-10-20' };
    expect(buildGpuMeasure(facts, days, preceding)).toMatchObject({ value: 10, status: 'ok', trend: { change: null } });
    expect(buildGpuMeasure({ hours: [], readFrom: null }, days, preceding)).toMatchObject({
      value: null,
      status: 'unknown',
    });
  });
});
