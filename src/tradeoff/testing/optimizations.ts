import { OptimizationDetail } from '../optimizations/schema.ts';

const usd = (amount: string) => ({ amount, currency: 'USD' });
const decision = (digit: string) => `dec_${digit.repeat(20)}`;

const spec = {
  endpoint: 'ranker',
  change: { version: '2', resources: { instance: 'small' } },
  quality: [{ metric: 'accuracy', margin: 0.05 }],
  guardrails: [{ metric: 'errorRate', margin: 0.01 }],
  ramp: { percents: [5, 25, 50], for: '10m' },
  holdOut: 0.1,
};

const started = [
  { at: '2026-11-02T09:00:00.000Z', what: 'proposed', text: 'ranker, main: version 2', by: 'anna', decision: null },
  {
    ...{ at: '2026-11-02T09:01:00.000Z', what: 'started', by: 'optimizations', decision: decision('1') },
    text: 'smaller-candidate gets 5 % of the traffic of main',
  },
];

const common = {
  ...{
    optimization: 'smaller',
    endpoint: 'ranker',
    summary: 'ranker, main: version 2, resources instance small',
    spec,
  },
  baseline: { variant: 'main', model: 'ranker', version: '1', models: ['ranker'] },
  candidate: { variant: 'smaller-candidate', model: 'ranker', version: '2', models: ['ranker'] },
  ...{ proposedAt: '2026-11-02T09:00:00.000Z', startedAt: '2026-11-02T09:01:00.000Z', endedAt: null },
};

const unknown = { estimate: null, lower: null, upper: null, test: null, samplesNeeded: null };

/** For tests: an optimization at its second step, whose quality is not proven yet. */
export const runningOptimization = OptimizationDetail.parse({
  ...common,
  ...{ state: 'running', reason: null, percent: 25, step: 1, keptAt: null, watch: null },
  ...{ stepAt: '2026-11-02T09:20:00.000Z', deadlineAt: '2026-11-16T09:01:00.000Z' },
  judgedAt: '2026-11-02T09:30:00.000Z',
  checks: [
    {
      ...{ kind: 'quality', name: 'accuracy', limit: 'at most 0.05 worse', verdict: 'inconclusive', n: 120 },
      ...{ estimate: -0.008, lower: -0.0612, upper: 0.0451, test: 'paired', samplesNeeded: 180, reason: null },
    },
    {
      ...{ kind: 'guardrail', name: 'errorRate', limit: 'at most 1 % more errors', verdict: 'passes', n: 240 },
      ...{ estimate: 0, lower: -0.004, upper: 0.004, test: 'unpaired', samplesNeeded: 0, reason: null },
    },
    {
      ...{ kind: 'saving', name: 'cost of a request', limit: 'less than the baseline', n: 0, ...unknown },
      ...{ verdict: 'inconclusive', reason: 'A replica has no price now: apply a PriceBook.' },
    },
  ],
  saving: {
    ...{ basis: 'metered', period: null, hours: 0, saved: null, lower: null, upper: null, monthly: null, paid: null },
    reason: 'No whole hour has passed since the start, or its replicas have no price.',
  },
  expected: {
    ...{ monthly: usd('1314'), lower: usd('1095'), upper: usd('1533'), requestsPerHour: 1_200, reason: null },
  },
  waitsFor: 'proof of accuracy: about 180 more samples at the present estimate',
  timeline: started,
});

/** For tests: an optimization that was kept, with its watch and its metered saving. */
export const keptOptimization = OptimizationDetail.parse({
  ...common,
  ...{ optimization: 'kept', state: 'watched', percent: 90, step: 2, deadlineAt: null },
  reason: 'Kept: all checks pass (accuracy at worst -0.008). 10 % of the traffic stays on main',
  ...{ stepAt: '2026-11-03T09:00:00.000Z', keptAt: '2026-11-03T09:00:00.000Z', judgedAt: '2026-11-03T12:00:00.000Z' },
  checks: [
    {
      ...{ kind: 'quality', name: 'accuracy', limit: 'at most 0.05 worse', verdict: 'passes', n: 900 },
      ...{ estimate: 0.002, lower: -0.008, upper: 0.012, test: 'paired', samplesNeeded: 0, reason: null },
    },
    {
      ...{ kind: 'guardrail', name: 'errorRate', limit: 'at most 1 % more errors', verdict: 'passes', n: 900 },
      ...{ estimate: 0, lower: -0.001, upper: 0.001, test: 'unpaired', samplesNeeded: 0, reason: null },
    },
    {
      ...{ kind: 'saving', name: 'cost of a request', limit: 'less than the baseline', verdict: 'passes', n: 90 },
      ...{ estimate: 0.0021, lower: 0.0018, upper: 0.0024, test: 'unpaired', samplesNeeded: 0, reason: null },
    },
  ],
  watch: {
    ...{ observations: 420, cohortsUntil: '2026-11-03T11:00:00.000Z', waitsFor: null },
    evidence: [{ metric: 'accuracy', value: 3.4 }],
  },
  saving: {
    basis: 'metered',
    period: { start: '2026-11-02T10:00:00.000Z', end: '2026-11-03T12:00:00.000Z' },
    ...{ hours: 26, saved: usd('52'), lower: usd('44.2'), upper: usd('59.8'), monthly: usd('1460'), paid: usd('26') },
    reason: null,
  },
  waitsFor: null,
  timeline: [
    ...started,
    {
      ...{ at: '2026-11-03T09:00:00.000Z', what: 'kept', by: 'optimizations', decision: decision('2') },
      text: 'Kept: all checks pass (accuracy at worst -0.008). 10 % of the traffic stays on main',
    },
  ],
});
